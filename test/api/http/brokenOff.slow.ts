import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { insertTask } from '../../pages/taskRows.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const headers = basic(rootLogin, rootPassword);
const resultId = '557d54ec-29ad-4f3c-93b4-c9092ef12515';
const gc = { target: 'faces', filters: { user_data: 'x' }, remove_samples: false, store_results: true };

/** A task that has ended with a result in batches of 4,000 objects. */
async function addResult(batches: number, extract = false): Promise<number> {
  const done = batches * 4_000;
  const kind = extract ? {} : ({ taskType: 4, content: gc } as const);
  const taskId = await insertTask(api.db, { ...kind, state: 'done', expected: done, done, resultId });
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids, sample_ids, generations)
     select $1, part, 0, 4000, ids, ${extract ? 'ids, generations' : 'null, null'} from generate_series(1, $2) part,
       lateral (select array_agg(gen_random_uuid()) ids, array_agg(n * part) generations
         from generate_series(1, 4000) n where part > 0) batch`,
    [taskId, batches],
  );
  return taskId;
}

const remove = (taskId: number) => api.db.query('delete from tasks where task_id = $1', [taskId]);

/** Reads slowly: the beginning, then nothing until `meanwhile` is over, then the rest. */
async function readSlowly(
  path: string,
  accept: string,
  meanwhile: () => Promise<unknown>,
): Promise<{ isWhole: boolean; text: string }> {
  let isBroken = false;
  const breaks = (): void => {
    isBroken = true;
  };
  const request = get(api.url + path, { headers: { ...headers, accept }, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const closed = new Promise((resolve) => answer.once('close', resolve));
  request.on('error', breaks);
  answer.on('error', breaks);
  assert.equal(answer.statusCode, 200);
  await once(answer, 'readable');
  await meanwhile();
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (piece: string) => (text += piece));
  await closed;
  return { isWhole: answer.complete && !isBroken, text };
}

test('a result whose task is removed meanwhile is broken off, and one that is left alone is whole', async () => {
  const taskId = await addResult(100);
  const path = `/4/tasks/${taskId}/result`;
  const { isWhole, text } = await readSlowly(path, 'application/json', () => Promise.resolve());
  assert.ok(isWhole);
  assert.equal((JSON.parse(text) as { removed: unknown[] }).removed.length, 400_000);
  const cut = await readSlowly(path, 'application/json', () => remove(taskId));
  assert.equal(cut.isWhole, false);
  assert.ok(!cut.text.endsWith(']}'));
});

test('a result whose task begins anew meanwhile is broken off', async () => {
  const taskId = await addResult(100);
  const retry = () => api.db.query('update tasks set generation = 2 where task_id = $1', [taskId]);
  const { isWhole } = await readSlowly(`/4/tasks/${taskId}/result`, 'application/json', retry);
  assert.equal(isWhole, false);
});

test('subtasks and errors whose task is removed meanwhile are broken off', async () => {
  for (const [path, accept] of [
    ['subtasks', 'application/json'],
    ['errors', 'text/csv'],
    ['/4/tasks/errors', 'text/csv'],
  ] as const) {
    const taskId = await insertTask(api.db, { state: 'failed' });
    await api.db.query(
      path === 'subtasks'
        ? `insert into subtasks (task_id, part_no, to_key, expected) select $1, n, gen_random_uuid(), 9 from generate_series(10, 60000) n`
        : `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
           select $1, 5, 28100, 'Sample missing', repeat('gone', 60), 'face', gen_random_uuid() from generate_series(1, 60000)`,
      [taskId],
    );
    const address = path.startsWith('/')
      ? `/4/tasks/errors?task_ids=${taskId}`
      : `/4/tasks/${taskId}/${path}`;
    const { isWhole } = await readSlowly(address, accept, () => remove(taskId));
    assert.equal(isWhole, false, path);
  }
});

test('a client whose answers end with the connection notices too', async () => {
  const taskId = await addResult(100);
  const { port } = new URL(api.url);
  const socket = connect(Number(port), '127.0.0.1');
  const { authorization } = headers;
  socket.write(`GET /4/tasks/${taskId}/result HTTP/1.0\r\nAuthorization: ${authorization}\r\n\r\n`);
  await once(socket, 'readable');
  await remove(taskId);
  socket.resume();
  await assert.rejects(once(socket, 'end'), /ECONNRESET/);
});

async function fetchResult(taskId: number, more: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${api.url}/4/tasks/${taskId}/result`, {
    method,
    headers: { ...headers, ...more },
  });
  return {
    status: answer.status,
    text: await answer.text(),
    header: (name: string) => answer.headers.get(name),
  };
}

for (const extract of [false, true]) {
  test(`a result of ${extract ? 'an extract' : 'a gc'} is gone on with from any byte`, async () => {
    const taskId = await addResult(3, extract);
    const whole = await fetchResult(taskId);
    assert.equal(whole.status, 200);
    assert.equal(whole.header('accept-ranges'), 'bytes');
    const tag = whole.header('etag') ?? '';
    const size = whole.text.length;
    const middle = Math.floor(size / 2);
    const firstChunk = whole.text.indexOf('[') + 1;
    for (const start of [
      0,
      1,
      firstChunk - 1,
      firstChunk,
      firstChunk + 1,
      middle,
      size - 3,
      size - 2,
      size - 1,
    ]) {
      const part = await fetchResult(taskId, { range: `bytes=${start}-`, 'if-range': tag });
      assert.equal(part.status, 206);
      assert.ok(part.text === whole.text.slice(start), `from ${start}`);
      assert.equal(part.header('content-range'), `bytes ${start}-${size - 1}/${size}`);
      assert.equal(part.header('content-length'), String(size - start));
      assert.equal(part.header('etag'), tag);
    }
    // Through every place where one chunk ends and another one begins.
    for (let start = 0; start < size; start += 49_999) {
      const part = await fetchResult(taskId, { range: `bytes=${start}-${start + 49_998}` });
      assert.ok(part.text === whole.text.slice(start, start + 49_999), `from ${start}`);
    }
    assert.ok((await fetchResult(taskId, { range: 'bytes=-7' })).text === whole.text.slice(-7));
  });
}

test('what is no range of this result gets the whole, or is refused when it lies behind the end', async () => {
  const taskId = await addResult(1);
  const whole = await fetchResult(taskId);
  const others = [
    { range: 'bytes=5-', 'if-range': '"another"' },
    { range: 'bytes=0-1,5-6' },
    { range: 'lines=1-' },
    { range: 'bytes=x' },
  ];
  for (const wanted of others) {
    const answer = await fetchResult(taskId, wanted);
    assert.equal(answer.status, 200);
    assert.ok(answer.text === whole.text, JSON.stringify(wanted));
  }
  const behind = await fetchResult(taskId, { range: `bytes=${whole.text.length}-` });
  assert.deepEqual([behind.status, behind.header('content-range')], [416, `bytes */${whole.text.length}`]);
  assert.match(behind.text, /"error_code":28039/);
  assert.equal((await fetchResult(taskId, { range: 'bytes=5-' }, 'HEAD')).status, 200);
  await api.db.query('update tasks set generation = 2 where task_id = $1', [taskId]);
  const retried = await fetchResult(taskId, { range: 'bytes=5-', 'if-range': whole.header('etag') ?? '' });
  assert.equal(retried.status, 200, 'the result of another generation is another one');
  await api.db.query("update tasks set state = 'running' where task_id = $1", [taskId]);
  const running = await fetchResult(taskId, { range: 'bytes=5-' });
  assert.deepEqual([running.status, running.header('etag')], [200, null]);
});
