import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { createApiClient, type ApiClient } from '../../commands/cli/apiClient.ts';
import type { Child } from '../../commands/system/childProcess.ts';
import { scheduleIdOf } from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { shiftedClock } from '../support/shiftedClock.ts';
import { waitFor } from '../support/waitFor.ts';
import { startApi, statusUrl } from './processes.ts';

const login = 'root@example.com';
const password = 'a password of the tests';
const hourMs = 3_600_000;

const ahead = shiftedClock(48 * hourMs);

let engine: Engine;
let wrong: Child;
let right: Child;
let client: ApiClient;
before(async () => {
  // The worker and one API are two days ahead; the database, Temporal and the other API are not.
  engine = await startEngine({
    workers: ['orchestrate,gc'],
    env: { ...ahead, LOG_FORMAT: 'json', ADMIN_LOGIN: login, ADMIN_PASSWORD: password },
  });
  [wrong, right] = [await startApi(engine, 'wrong'), await startApi(engine, 'right', { NODE_OPTIONS: '' })];
  client = createApiClient({ url: wrong.url ?? '', login, password });
});
after(async () => {
  await Promise.all([wrong.stop(), right.stop()]);
  await engine.stop();
});

/** Faces of an account of their own, one two days old and one of an hour; with a gc of what is older than a day. */
async function twoFaces(accountId: string) {
  const face = (ageMs: number) =>
    buildFace({ accountId, createTime: new Date(Date.now() - ageMs).toISOString() });
  await insertFaces(engine.db(), [face(50 * hourMs), face(hourMs)]);
  const left = async (): Promise<number> => {
    const rows = await engine.db().query('select from faces where account_id = $1', [accountId]);
    return rows.length;
  };
  const filters = { account_id: accountId, create_time__lt: 'now-1d' };
  return { content: { target: 'faces', filters }, left };
}

test('an API whose clock is two days ahead removes nothing that is younger than was said', async () => {
  const { content, left } = await twoFaces('01900000-0000-7000-8000-0000000000a1');
  const { count } = await client.post<{ count: number }>('/tasks/preview', { task_type: 4, content });
  assert.equal(count, 1);
  const { task_id } = await client.post<{ task_id: number }>('/tasks/gc', { content });
  const { state, done } = await engine.ended(task_id);
  assert.deepEqual([state, done, await left()], ['done', 1, 1]);
});

test("a schedule's task that a worker two days ahead makes removes nothing younger either", async () => {
  const { content, left } = await twoFaces('01900000-0000-7000-8000-0000000000a2');
  const made = await client.post<{ schedule_id: number; next_runs: string[] }>('/tasks/schedules', {
    ...{ task_type: 4, content, cron: '0 * * * *' },
  });
  const next = Date.parse(made.next_runs[0] ?? '') - Date.now();
  assert.ok(next > -1_000 && next <= hourMs, `the next run is in ${next} ms`);
  const { temporalAddress: address, config } = engine.running();
  const connection = await Connection.connect({ address });
  const id = scheduleIdOf(config.taskQueuePrefix, made.schedule_id);
  await waitFor('Temporal to have the schedule', async () => {
    await new Client({ connection }).schedule.getHandle(id).trigger();
    return true;
  });
  await connection.close();
  const taskId = await waitFor('the task', async () => {
    const [row] = await engine
      .db()
      .query<{ id: number }>('select task_id as id from tasks where schedule_id = $1', [made.schedule_id]);
    return row?.id;
  });
  await engine.ended(taskId);
  assert.equal(await left(), 1);
});

test('processes whose clocks are off say so in health, on home and in their figures, and are asked on', async () => {
  const worker = await statusUrl(engine, 'worker-1');
  const read = async (url: string) => {
    const answer = await fetch(url, { headers: { Authorization: basic, Accept: 'text/html' } });
    return { status: answer.status, text: await answer.text() };
  };
  const basic = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
  for (const url of [wrong.url ?? '', worker]) {
    const health = await read(`${url}/healthcheck`);
    assert.equal(health.status, 200);
    assert.match(health.text, /"service":"clock","status":"warning","desc":"its clock is 172800 s ahead of/);
    const [, offset] = /^luna_clock_offset_seconds (\S+)$/m.exec((await read(`${url}/metrics`)).text) ?? [];
    assert.ok(Math.abs(Number(offset) - 172_800) < 2, offset);
  }
  assert.doesNotMatch((await read(`${right.url}/healthcheck`)).text, /clock/);
  await waitFor('the home of the other API to tell of the worker', async () =>
    (await read(`${right.url}/`)).text.includes('The clock of a worker differs'),
  );
  assert.match((await read(`${wrong.url}/`)).text, /The clock of this API differs/);
});

test('a process whose clock is ahead ends nobody’s session, and takes those of others', async () => {
  const logIn = async (url: string): Promise<string> => {
    const answer = await fetch(`${url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
    assert.equal(answer.status, 200);
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  };
  const [here, there] = [right.url ?? '', wrong.url ?? ''];
  for (const [made, used] of [
    [here, there],
    [there, here],
  ] as const) {
    const answer = await fetch(`${used}/tasks`, { headers: { cookie: await logIn(made) } });
    assert.equal(answer.status, 200);
  }
  const [row] = await engine
    .db()
    .query<{ last: number }>('select max(extract(epoch from expire - now()))::float8 as last from sessions');
  assert.ok((row?.last ?? 0) < hourMs / 1_000, 'no session lasts for days');
});
