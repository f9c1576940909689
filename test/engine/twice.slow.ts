import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEngine, type Engine, type TaskRow } from '../support/engine/engine.ts';
import { startTwiceWorkers, type Delivery, type TwiceWorkers } from '../support/engine/twiceWorkers.ts';
import { makeWarps } from '../support/warps.ts';

const activitiesOfBoth = [
  ...['extract runPart', 'gc runPart', 'orchestrate collectTask', 'orchestrate finishTask'],
  ...['orchestrate loadTask', 'orchestrate planParts'],
];

let engine: Engine;
let workers: TwiceWorkers;
let warps: Buffer[];
// The books are of all the files, so also of what earlier runs lost.
const missingFiles: string[] = [];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({ workers: [], env: { PART_SIZE_GC: '100', PART_SIZE_EXTRACT: '10' } });
  workers = await startTwiceWorkers(engine);
});

after(async () => {
  await workers.stop();
  await engine.stop();
});

/** A gc with samples and an extract one of whose images is missing: how both end, with balanced books. */
async function runBoth(how: Delivery) {
  const old = await engine.addFaces({ count: 1_000, images: [Buffer.from('an image')], imaged: 200 });
  const lasting = await engine.addFaces({ count: 40, images: warps });
  const lost = lasting.faces[7]?.storageKey;
  assert.ok(typeof lost === 'string');
  await engine.images.remove([lost]);
  missingFiles.push(lost);
  await engine.snapshot();
  const delivered = workers.deliver(how);
  const gc = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: old.accountId }, remove_samples: true },
  });
  const extract = await engine.startExtract(lasting.accountId);
  const ends: Omit<TaskRow, 'resultId'>[] = [];
  for (const { taskId } of [gc, extract]) {
    const { resultId, ...end } = await engine.ended(taskId);
    assert.ok(resultId !== null);
    ends.push(end);
  }
  const taskIds = [gc.taskId, extract.taskId];
  assert.deepEqual(await engine.audit(taskIds, { missingFiles }), []);
  return { ends, delivered: new Map(delivered) };
}

for (const how of ['one after the other', 'both at once'] as const) {
  test(`tasks end the same when each activity is delivered twice, ${how}`, async () => {
    const once = await runBoth('once');
    const twice = await runBoth(how);
    assert.deepEqual(
      once.ends.map(({ state, done, failed }) => [state, done, failed]),
      [
        ['done', 1_000, 0],
        ['done', 39, 1],
      ],
    );
    assert.deepEqual(twice.ends, once.ends);
    assert.deepEqual([...twice.delivered.keys()].sort(), activitiesOfBoth);
    for (const [name, times] of twice.delivered) {
      assert.equal(times % 2, 0, name);
      assert.ok(times >= (once.delivered.get(name) ?? 0), name);
    }
  });
}
