import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';
import { closeServer } from '../support/servers/closeServer.ts';

let engine: Engine;
let origin: Server;
/** How often each path was asked, and what it was answered last. */
const asks = new Map<string, number>();
const gone = new Set<string>();
/** Answers are held back from this many on; the worker then waits in the middle of a batch. */
let answeredBeforeHold = 0;
let held: (() => void)[] = [];

before(async () => {
  origin = createServer(({ url = '' }, response) => {
    asks.set(url, (asks.get(url) ?? 0) + 1);
    if (gone.size < answeredBeforeHold) removeImage(url, response);
    else held.push(() => removeImage(url, response));
  });
  await once(origin.listen(0, '127.0.0.1'), 'listening');
  engine = await startEngine({
    workers: ['orchestrate,gc'],
    env: { PART_SIZE_GC: '100', ORIGIN_HOSTS: 'http://127.0.0.1:*' },
  });
});

after(async () => {
  await engine.stop();
  await closeServer(origin);
});

function removeImage(url: string, response: ServerResponse): void {
  response.writeHead(gone.has(url) ? 404 : 204).end();
  gone.add(url);
}

test('each image origin is asked, and none twice in the books, when the worker is killed among them', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 300 });
  const { port } = origin.address() as AddressInfo;
  await engine.db().query(
    `insert into image_origins (owner_id, origin_no, url)
       select id, o, $2 || '/' || id || '/' || o from unnest($1::uuid[]) id, generate_series(1, 2) o`,
    [faceIds, `http://127.0.0.1:${port}`],
  );
  await engine.snapshot();
  answeredBeforeHold = 200;
  const { taskId } = await engine.startGc({
    ...{ target: 'faces', filters: { account_id: accountId }, remove_image_origins: true },
  });
  await waitFor('the origin to be asked for more than it answers', () => Promise.resolve(held.length > 0));
  const askedBefore = new Set(asks.keys());
  assert.ok(askedBefore.size < 600, 'some are still to be asked');
  engine.running().kill('worker-1', 'SIGKILL');
  // The images go although nobody hears of it: the worker that is dead was to write it down.
  answeredBeforeHold = Infinity;
  for (const answer of held) answer();
  held = [];

  const task = await engine.ended(taskId);
  assert.deepEqual([task.state, task.done, task.failed], ['done', 300, 0], JSON.stringify(task));
  assert.equal(asks.size, 600, 'none is lost');
  assert.ok(
    [...askedBefore].some((url) => (asks.get(url) ?? 0) > 1),
    'what was not written down is asked again',
  );
  const asked = [...asks.keys()].map((path) => ({
    url: `http://127.0.0.1:${port}${path}`,
    removed: gone.has(path),
  }));
  assert.deepEqual(await engine.audit([taskId], { asked }), []);
});
