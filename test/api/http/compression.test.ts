import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { assetFiles, assetPrefix } from '../../../views/assetFiles.ts';
import { insertTask } from '../../pages/taskRows.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { waitFor } from '../../support/waitFor.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer();
  for (let count = 0; count < 12; count++) await insertTask(api.db, { state: 'done' });
});
after(() => api.close());

/** As the bytes come: `fetch` would unpack them. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const request = get(api.url + path, {
    method,
    headers: { ...basic(rootLogin, rootPassword), ...headers },
    agent: false,
  });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const unpackers = { br: brotliDecompressSync, gzip: gunzipSync } as const;

test('pages, lists, CSV, the document, style sheets and scripts are packed as the client takes them', async () => {
  for (const [path, accept] of [
    ['/', 'text/html'],
    ['/tasks/view', 'text/html'],
    ['/4/tasks?page_size=10', 'application/json'],
    ['/4/tasks', 'text/csv'],
    ['/docs/spec', 'application/x-yaml'],
    ['/docs/spec', 'text/html'],
    ['/docs/dev/operations.html', 'text/html'],
    ['/metrics', 'text/plain'],
    [`${assetPrefix}/app.css`, 'text/css'],
    [`${assetPrefix}/live.js`, '*/*'],
  ] as const) {
    const plain = await ask(path, { accept });
    const whole = await bytesOf(plain);
    assert.equal(plain.headers['content-encoding'], undefined, path);
    for (const [encoding, unpack] of Object.entries(unpackers)) {
      const answer = await ask(path, { accept, 'accept-encoding': encoding });
      const bytes = await bytesOf(answer);
      assert.equal(answer.headers['content-encoding'], encoding, path);
      assert.match(answer.headers.vary ?? '', /Accept-Encoding/, path);
      assert.match(plain.headers.vary ?? '', /Accept-Encoding/, path);
      assert.ok(bytes.length < whole.length * 0.7, `${path}: ${bytes.length} of ${whole.length}`);
      const text = unpack(bytes).toString();
      assert.ok(text.length > whole.length * 0.9, `${path} is whole`);
    }
    const browser = await ask(path, { accept, 'accept-encoding': 'gzip, deflate, br, zstd' });
    browser.resume();
    assert.equal(browser.headers['content-encoding'], 'br', path);
  }
  const style = await bytesOf(await ask(`${assetPrefix}/app.css`, { 'accept-encoding': 'br' }));
  assert.deepEqual(brotliDecompressSync(style), assetFiles.get('app.css'));
});

test('short answers, pictures, answers to HEAD and events are not packed', async () => {
  for (const [path, method] of [
    ['/4/version', 'GET'],
    ['/4/tasks/count', 'GET'],
    ['/', 'HEAD'],
    ['/4/tasks/events', 'GET'],
  ] as const) {
    const answer = await ask(path, { accept: '*/*', 'accept-encoding': 'br, gzip' }, method);
    assert.equal(answer.headers['content-encoding'], undefined, path);
    answer.destroy();
  }
});

const resultId = '557d54ec-29ad-4f3c-93b4-c9092ef12515';
const gc = { target: 'faces', filters: { user_data: 'x' }, remove_samples: false, store_results: true };

async function addResult(batches: number): Promise<number> {
  const done = batches * 4_000;
  const task = { taskType: 4, content: gc, state: 'done', expected: done, done, resultId } as const;
  const taskId = await insertTask(api.db, task);
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select $1, part, 0, 4000, ids from generate_series(1, $2) part,
       lateral (select array_agg(gen_random_uuid()) ids from generate_series(1, 4000) n where part > 0) batch`,
    [taskId, batches],
  );
  return taskId;
}

test('a result that can be gone on with comes byte by byte as it is, in ranges too', async () => {
  const path = `/4/tasks/${await addResult(2)}/result`;
  const headers = { 'accept-encoding': 'br, gzip' };
  const answer = await ask(path, headers);
  const whole = await bytesOf(answer);
  assert.deepEqual(
    [answer.headers['content-encoding'], answer.headers['accept-ranges']],
    [undefined, 'bytes'],
  );
  const part = await ask(path, { ...headers, range: 'bytes=1000-' });
  assert.deepEqual([part.statusCode, part.headers['content-encoding']], [206, undefined]);
  assert.deepEqual(await bytesOf(part), whole.subarray(1000));
});

test('a packed download of a client that takes nothing waits, and is whole in the end', async () => {
  const taskId = await insertTask(api.db, { state: 'failed' });
  await api.db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select $1, 5, 28100, 'Sample missing', (select string_agg(gen_random_uuid()::text, '') from generate_series(1, 10) m where n > 0), 'face', gen_random_uuid()
     from generate_series(1, 60000) n`,
    [taskId],
  );
  const answer = await ask(`/4/tasks/${taskId}/errors`, { accept: 'text/csv', 'accept-encoding': 'gzip' });
  assert.equal(answer.headers['content-encoding'], 'gzip');
  await once(answer, 'readable');
  // It has stopped asking the database when no question has been added between two looks.
  let before = -1;
  const asked = await waitFor('the server to wait', () => {
    const now = api.questions();
    const isSame = now === before;
    before = now;
    return isSame ? now : null;
  });
  const lines = gunzipSync(await bytesOf(answer))
    .toString()
    .trimEnd()
    .split('\r\n');
  assert.equal(lines.length, 60_001);
  assert.ok(api.questions() > asked, 'most was read only after the client went on');
});

test('the token of a form looks different on every page, and each is taken', async () => {
  const tokens = await Promise.all(
    ['/accounts', '/accounts'].map(async (path) => {
      const page = await bytesOf(await ask(path, { accept: 'text/html' }));
      return /name="_csrf" value="([^"]+)"/.exec(page.toString())?.[1] ?? '';
    }),
  );
  assert.equal(new Set(tokens).size, 2);
  for (const [index, token] of tokens.entries()) {
    const body = {
      _csrf: token,
      login: `masked${index}@example.com`,
      password: 'violet harbour at noon',
      account_type: 'user',
    };
    const answer = await fetch(`${api.url}/accounts`, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams(body) },
      headers: { ...basic(rootLogin, rootPassword), accept: 'text/html' },
    });
    assert.equal(answer.status, 303);
  }
});
