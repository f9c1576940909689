import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { advanceTask, insertTask, setState } from '../../../pages/taskRows.ts';
import {
  startApiServer,
  rootLogin,
  rootPassword,
  type ApiServer,
} from '../../../support/servers/apiServer.ts';
import { basic } from '../../../support/rows/basic.ts';
import { waitFor } from '../../../support/waitFor.ts';

let one: ApiServer;
let other: ApiServer;
before(async () => {
  one = await startApiServer();
  other = await startApiServer({ besides: one });
});
after(async () => {
  await other.close();
  await one.close();
});

interface Stream {
  text: string;
  hasEnded: boolean;
  close(): void;
}

const agent = new http.Agent({ keepAlive: false, maxSockets: Infinity });

async function listen(url: string, path: string, headers: Record<string, string> = {}): Promise<Stream> {
  const request = http.get(url + path, { agent, headers: { ...basic(rootLogin, rootPassword), ...headers } });
  request.on('error', () => undefined);
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  assert.equal(answer.statusCode, 200);
  const stream: Stream = { text: '', hasEnded: false, close: () => request.destroy() };
  answer.setEncoding('utf8').on('data', (text: string) => (stream.text += text));
  answer.on('end', () => (stream.hasEnded = true));
  answer.on('error', () => undefined);
  return stream;
}

const statesOf = ({ text }: Stream): string[] =>
  [...text.matchAll(/"state":"(\w+)"/g)].map(([, state]) => state ?? '');

const beatsOf = ({ text }: Stream): number => text.split(': still here').length - 1;

test('a thousand listeners on one process hear a change as it happens, for a few questions and little memory', async (t) => {
  const taskId = await insertTask(one.db, { state: 'running' });
  // One proves the password, so that the others do not all wait for argon2.
  const streams = [await listen(one.url, '/4/tasks/events')];
  const heapBefore = process.memoryUsage().rss;
  while (streams.length < 1_000) {
    const path = streams.length % 2 === 0 ? '/4/tasks/events' : `/4/tasks/${taskId}/events`;
    streams.push(...(await Promise.all(Array.from({ length: 20 }, () => listen(one.url, path)))));
  }
  await waitFor('all to hear the present state', () => streams.every(({ text }) => text.includes('running')));
  const asked = one.questions();
  const changedAt = performance.now();
  await setState(one.db, taskId, 'pausing');
  await waitFor('all to hear the change', () => streams.every(({ text }) => text.includes('pausing')));
  t.diagnostic(`all have heard after ${Math.round(performance.now() - changedAt)} ms`);
  const questions = one.questions() - asked;
  // One for each would be a thousand. Among them may be the check of who may still listen, which is made every 15 s.
  assert.ok(questions <= 100, `${questions} questions for ${streams.length} listeners`);
  const megabytes = (process.memoryUsage().rss - heapBefore) / 1_048_576;
  assert.ok(megabytes < 300, `${megabytes} MB, the clients' own among them`);
  for (const stream of streams) stream.close();
});

test('a stream goes on when the connection that hears changes is ended by the server', async () => {
  const taskId = await insertTask(one.db, { state: 'running' });
  const stream = await listen(one.url, `/4/tasks/${taskId}/events`);
  await waitFor('the present state', () => statesOf(stream).length > 0);
  const ended = await one.db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'luna-admin live' and datname = current_database()`,
  );
  assert.equal(ended.length, 2, 'one connection of each process');
  // Before anybody hears again, or after: what was missed is read.
  await setState(one.db, taskId, 'paused');
  await waitFor('the change', () => statesOf(stream).at(-1) === 'paused');
  await waitFor('both to hear again', async () => {
    const rows = await one.db.query(
      `select from pg_stat_activity where application_name = 'luna-admin live' and datname = current_database()`,
    );
    return rows.length === 2;
  });
  await advanceTask(one.db, taskId, 123);
  await waitFor('the progress', () => stream.text.includes('"objects_done":523'));
  stream.close();
});

test('what happens through one process is heard at another one', async () => {
  const taskId = await insertTask(one.db, { state: 'running' });
  const [here, there] = [
    await listen(one.url, '/tasks/events'),
    await listen(other.url, `/tasks/${taskId}/events`),
  ];
  await waitFor('the present state', () => statesOf(there).length > 0);
  const answer = await fetch(`${one.url}/4/tasks/${taskId}`, {
    method: 'PATCH',
    headers: { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'pause' }),
  });
  assert.equal(answer.status, 200);
  await waitFor('the pause at the other process', () => statesOf(there).at(-1) === 'pausing');
  await waitFor(
    'the pause here',
    () => here.text.includes(`"task_id":${taskId},`) && here.text.includes('pausing'),
  );
  for (const stream of [here, there]) stream.close();
});

test('whoever comes back with the id of its last event hears of the task that ended meanwhile', async () => {
  const taskId = await insertTask(one.db, { state: 'running' });
  const first = await listen(one.url, '/4/tasks/events');
  await waitFor('the present state', () => first.text.includes(`"task_id":${taskId},`));
  const lastId = [...first.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '';
  first.close();
  await setState(one.db, taskId, 'done');
  // More tasks than a new stream begins with are newer by now.
  for (let count = 0; count < 25; count++) await insertTask(one.db, { state: 'paused' });
  const stranger = await listen(one.url, '/4/tasks/events');
  const back = await listen(one.url, '/4/tasks/events', { 'last-event-id': lastId });
  await waitFor('the end', () => new RegExp(`"task_id":${taskId},[^\\n]*"state":"done"`).test(back.text));
  await waitFor('the open ones', () => statesOf(stranger).length >= 25);
  for (const stream of [stranger, back]) stream.close();
});

test('one account has so many streams of a process at most, and another one its own', async () => {
  const small = await startApiServer({ besides: one, streamsPerAccount: 2 });
  const login = 'many@example.com';
  const own = basic(login, 'tabs');
  const statusOf = async (headers: Record<string, string>): Promise<number> => {
    const request = http.get(`${small.url}/tasks/events`, { agent, headers });
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    let text = '';
    if (answer.statusCode !== 200) for await (const piece of answer) text += String(piece);
    request.destroy();
    if (text !== '')
      assert.match(text, /"error_code":12040.*many@example\.com already has 2 open event streams/);
    return answer.statusCode ?? 0;
  };
  try {
    await fetch(`${one.url}/4/accounts`, {
      method: 'POST',
      headers: { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: 'tabs', account_type: 'admin' }),
    });
    const streams = [
      await listen(small.url, '/tasks/events', own),
      await listen(small.url, '/tasks/1/events', own),
    ];
    assert.equal(await statusOf(own), 429);
    assert.equal(await statusOf(basic(rootLogin, rootPassword)), 200);
    streams.pop()?.close();
    await waitFor('the place to be free', async () => (await statusOf(own)) === 200);
    streams.pop()?.close();
  } finally {
    await small.close();
  }
});

test('a stream that was begun with a password ends when that is changed, or its account removed', async () => {
  const quick = await startApiServer({ besides: one, heartbeatEveryMs: 50 });
  const asJson = { 'content-type': 'application/json' };
  const login = 'listens@example.com';
  try {
    const made = await fetch(`${one.url}/4/accounts`, {
      method: 'POST',
      headers: { ...basic(rootLogin, rootPassword), ...asJson },
      body: JSON.stringify({ login, password: 'first', account_type: 'admin' }),
    });
    const { account_id: accountId } = (await made.json()) as { account_id: string };
    for (const [password, end] of [
      ['first', { path: '/4/login', method: 'PATCH', body: JSON.stringify({ password: 'second' }) }],
      ['second', { path: `/4/accounts/${accountId}`, method: 'DELETE' }],
    ] as const) {
      const headers = basic(login, password);
      const mine = await listen(quick.url, '/4/tasks/events', headers);
      const others = await listen(quick.url, '/4/tasks/events');
      await waitFor('heartbeats', () => beatsOf(mine) > 2);
      const { path, ...request } = end;
      await fetch(one.url + path, { ...request, headers: { ...headers, ...asJson } });
      await waitFor('the end', () => mine.hasEnded);
      const before = beatsOf(others);
      await waitFor('the others to go on', () => beatsOf(others) > before + 1);
      others.close();
    }
  } finally {
    await quick.close();
  }
});

test('a stream ends when its session does', async () => {
  const login = await fetch(`${one.url}/4/login`, {
    method: 'POST',
    headers: basic(rootLogin, rootPassword),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const quick = await startApiServer({ besides: one, heartbeatEveryMs: 50 });
  try {
    const request = http.get(`${quick.url}/tasks/events`, { headers: { cookie } });
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    assert.equal(answer.statusCode, 200);
    let text = '';
    answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await waitFor('heartbeats', () => text.split(': still here').length > 3);
    const ended = once(answer, 'end');
    await fetch(`${one.url}/4/login`, { method: 'DELETE', headers: { cookie } });
    await ended;
  } finally {
    await quick.close();
  }
});
