import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';

interface Service {
  readonly api: ApiServer;
  readonly cookie: string;
}

let many: Service;
let few: Service;
before(async () => {
  many = await startWith(10_000);
  few = await startWith(100);
});
after(async () => {
  await many.api.close();
  await few.api.close();
});

async function startWith(tasks: number): Promise<Service> {
  const api = await startApiServer();
  await api.db.query(
    `insert into tasks (task_type, content, priority)
     select 4, '{"target": "face_descriptors", "filters": {"descriptor_version": 1}, "store_results": true}', 3
     from generate_series(1, $1)`,
    [tasks],
  );
  await api.db.query('analyze tasks');
  const answer = await fetch(`${api.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: rootLogin, password: rootPassword }),
  });
  return { api, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

async function read({ api, cookie }: Service, path: string, accept: string): Promise<string> {
  const answer = await fetch(api.url + path, { headers: { cookie, Accept: accept } });
  assert.equal(answer.status, 200, path);
  return answer.text();
}

/** The quickest of some reads, milliseconds: what others do on the machine makes none of them quicker. */
async function quickest(from: Service, path: string, accept: string, best: number): Promise<number> {
  for (let round = 0; round < 5; round++) {
    const startedAt = performance.now();
    await read(from, path, accept);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

test('with 10,000 tasks that wait, home, lists and the page of one take no longer than with a hundred', async (t) => {
  for (const [path, fewPath, accept] of [
    ['/', '/', 'text/html'],
    ['/tasks', '/tasks', 'text/html'],
    ['/tasks?task_status=0&page=100', '/tasks?task_status=0&page=1', 'text/html'],
    ['/4/tasks', '/4/tasks', 'application/json'],
    ['/4/tasks?task_status=0&page=100', '/4/tasks?task_status=0&page=1', 'application/json'],
    ['/4/tasks/count', '/4/tasks/count', 'application/json'],
    ['/tasks/9000/view', '/tasks/90/view', 'text/html'],
  ] as const) {
    let [ofMany, ofFew] = [Infinity, Infinity];
    // What is read for each of them would take a hundred times as long.
    for (let round = 0; round < 10 && !(ofMany < 10 * ofFew); round++) {
      ofFew = await quickest(few, fewPath, accept, ofFew);
      ofMany = await quickest(many, path, accept, ofMany);
    }
    t.diagnostic(`${path}: ${ofMany.toFixed(0)} ms, with a hundred tasks ${ofFew.toFixed(0)} ms`);
    assert.ok(ofMany < 10 * ofFew, `${path}: ${ofMany} ms, with a hundred tasks ${ofFew} ms`);
  }
});

test('the page of a task that waits for its turn says so, and home does not call it overdue', async () => {
  await many.api.db.query(`update tasks set last_update_time = now() - interval '1 hour'`);
  assert.match(
    await read(many, '/tasks/9000/view', 'text/html'),
    /Waiting for its turn: 8,999 tasks are ahead of it\./,
  );
  assert.match(await read(many, '/tasks/1/view', 'text/html'), /Waiting for its turn: it is next\./);
  assert.doesNotMatch(await read(many, '/', 'text/html'), /waiting for the engine/);
});
