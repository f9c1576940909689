import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as newId } from 'uuid';
import type pg from 'pg';
import { seedVolume } from '../../db/faces/seedVolume.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { isListening } from '../../embedded/ports.ts';
import { facesToCancel, startEngine, twoGcWorkers, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

const partSize = 2_500;
const rounds = 3;
const facesOfRound = Math.ceil(facesToCancel / rounds);

let engine: Engine;
let metricsPort: number;

before(async () => {
  metricsPort = await findPorts();
  engine = await startEngine({
    workers: twoGcWorkers,
    env: {
      ...{ PART_SIZE_GC: String(partSize), BATCH_TARGET_MS: '200' },
      WORKER_METRICS_PORT: String(metricsPort),
    },
  });
});

after(() => engine.stop());

/** Two neighbouring free ports. */
async function findPorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (!(await isListening(port)) && !(await isListening(port + 1))) return port;
  }
}

/** How many parts a worker has ended in this way. */
async function partsOf(worker: 1 | 2, outcome: 'done' | 'stopped'): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${metricsPort + worker - 1}/metrics`);
  const line = (await response.text())
    .split('\n')
    .find((text) => text.startsWith('luna_part_duration_seconds_count') && text.includes(`"${outcome}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Rows of faces and of what hangs on them, in the same snapshot in which the task's end is read. */
async function readCancelled({ taskId }: TaskRef): Promise<{ state: string; rows: number }> {
  const countRows = `select (select count(*) from faces) + (select count(*) from attributes)
    + (select count(*) from samples) + (select count(*) from list_faces)
    + (select count(*) from face_descriptors) as rows`;
  return engine.withClient((client) =>
    waitFor(
      'the task to end',
      async () => {
        await client.query('begin isolation level repeatable read');
        try {
          const { rows } = await client.query<{ state: string }>(
            'select state from tasks where task_id = $1',
            [taskId],
          );
          const state = rows[0]?.state ?? '';
          if (!['cancelled', 'done', 'failed'].includes(state)) return false;
          const counted = await client.query<{ rows: string }>(countRows);
          return { state, rows: Number(counted.rows[0]?.rows) };
        } finally {
          await client.query('rollback');
        }
      },
      { everyMs: 5 },
    ),
  );
}

const workersAreQuiet = async () => {
  const [row] = await engine.db().query<{ busy: number }>(
    `select count(*) as busy from pg_stat_activity
     where datname = current_database() and application_name = 'luna-admin worker'
       and (state <> 'idle' or state_change > now() - interval '100 milliseconds') and query ilike '%task_result_chunks%'`,
  );
  return row?.busy === 0;
};

/**
 * Starts a gc of new faces, cancels it in its middle, and says how long that took. Its last face is held, so that it
 * cannot end by itself however late the cancel comes, nor can one that does not heed its cancel.
 */
async function cancelOnce(): Promise<{ ref: TaskRef; seconds: number; objects: number }> {
  const accountId = newId();
  await seedVolume(engine.db(), {
    ...{ accountId, faces: facesOfRound, events: 0, versions: [{ version: 1, dimension: 4 }], seed: 1 },
  });
  await engine.snapshot();
  return engine.withClient(async (holder: pg.Client) => {
    await holder.query('begin');
    await holder.query(
      `select from faces where face_id = (select face_id from faces where account_id = $1 order by face_id desc limit 1)
       for update`,
      [accountId],
    );
    const ref = await engine.startGc({
      ...{ target: 'faces', filters: { account_id: accountId }, remove_samples: true },
    });
    await waitFor('the gc to be under way', async () => (await engine.progressOf(ref.taskId)) > 0, {
      everyMs: 5,
    });
    const cancelledAt = performance.now();
    await engine.tasks().control(ref.taskId, 'cancel', tester);
    await engine.gateway().controlTask(ref);
    const seen = await readCancelled(ref);
    const seconds = (performance.now() - cancelledAt) / 1_000;
    assert.equal(seen.state, 'cancelled');
    await waitFor('the workers to be quiet', workersAreQuiet);
    const left = await readCancelled(ref);
    assert.equal(left.rows, seen.rows, 'no row is deleted after the task is seen cancelled');
    await holder.query('rollback');
    return { ref, seconds, objects: (await engine.readTask(ref.taskId)).done };
  });
}

// That it takes at most two seconds is measured by `npm run bench -- control`.
test('a running gc that is cancelled removes nothing from then on, and a retry finishes it', async (t) => {
  for (let round = 1; round <= rounds; round += 1) {
    const { ref, seconds, objects } = await cancelOnce();
    t.diagnostic(`cancelled after ${seconds.toFixed(2)} s, ${objects} objects were removed`);
    assert.deepEqual(await engine.audit([ref.taskId]), []);

    await engine.gateway().startTask(await engine.tasks().retry(ref.taskId, 'all', tester));
    const task = await engine.ended(ref.taskId);
    assert.equal(task.state, 'done', JSON.stringify(task));
    assert.equal(task.done, facesOfRound);
    assert.deepEqual(await engine.audit([ref.taskId]), []);
    const [left] = await engine.db().query<{ faces: number }>('select count(*) as faces from faces');
    assert.equal(left?.faces, 0);
  }
});

test('two workers share the parts of one task', async () => {
  const before = [await partsOf(1, 'done'), await partsOf(2, 'done')];
  const { accountId } = await engine.addFaces({ count: 20 * partSize });
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
  assert.equal((await engine.ended(taskId)).state, 'done');
  const shares = [
    (await partsOf(1, 'done')) - (before[0] ?? 0),
    (await partsOf(2, 'done')) - (before[1] ?? 0),
  ];
  assert.equal((shares[0] ?? 0) + (shares[1] ?? 0), 20);
  assert.ok(
    shares.every((share) => share > 0),
    `the workers did ${shares.join(' and ')} parts`,
  );
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('a worker that stood still while its parts went on elsewhere changes nothing when it wakes up', async () => {
  const { running } = engine;
  const { accountId } = await engine.addFaces({
    count: 4 * partSize,
    images: [Buffer.from('image')],
    imaged: 50,
  });
  await engine.snapshot();
  await running().halt('worker-2');
  // So slowly that no part ends before the other worker is back: it would take a quarter of an hour. Without a stored result only the fence keeps a late batch out.
  const { taskId } = await engine.startGc(
    {
      ...{ target: 'faces', filters: { account_id: accountId } },
      ...{ remove_samples: true, store_results: false },
    },
    12,
  );
  const setRate = (perSecond: number | null) =>
    engine.db().query('update tasks set objects_per_second = $2 where task_id = $1', [taskId, perSecond]);
  const countParts = async (condition: string) => {
    const [row] = await engine
      .db()
      .query<{ parts: number }>(
        `select count(*) as parts from subtasks where task_id = $1 and ${condition}`,
        [taskId],
      );
    return row?.parts ?? 0;
  };
  await waitFor('the first worker to have four parts', async () => (await countParts('batches > 0')) === 4);
  await running().resume('worker-2');
  const held = await countParts(`state = 'running'`);
  assert.equal(held, 4, 'the first worker holds all parts when it stops');
  const refused = await partsOf(1, 'stopped');
  running().kill('worker-1', 'SIGSTOP');
  await setRate(2_000);
  try {
    await waitFor('the other worker to go on', async () => (await countParts('attempt > 1')) === held);
  } finally {
    running().kill('worker-1', 'SIGCONT');
  }
  await waitFor('the late batches to be refused', async () => (await partsOf(1, 'stopped')) > refused);
  await setRate(null);
  const task = await engine.ended(taskId);
  assert.equal(task.state, 'done', JSON.stringify(task));
  assert.deepEqual(await engine.audit([taskId]), []);
});
