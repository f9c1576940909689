import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import express from 'express';
import pino from 'pino';
import { createTaskEvents } from '../../../../api/tasks/live/taskEvents.ts';
import { closeServer } from '../../../support/servers/closeServer.ts';
import { patienceMs } from '../../../support/waitFor.ts';
import {
  rootLogin,
  rootPassword,
  startApiServer,
  type ApiServer,
} from '../../../support/servers/apiServer.ts';
import { advanceTask, insertTask } from '../../../pages/taskRows.ts';

const authorization = `Basic ${Buffer.from(`${rootLogin}:${rootPassword}`).toString('base64')}`;

let server: ApiServer;

before(async () => {
  server = await startApiServer();
});
after(() => server.close());

/** Reads a stream until `count` events have come. */
async function readEvents(path: string, count: number, meanwhile?: () => Promise<void>): Promise<string[]> {
  const leave = new AbortController();
  const limit = setTimeout(
    () => leave.abort(new Error(`waited ${patienceMs} ms in vain at ${path}`)),
    patienceMs,
  );
  try {
    return await read(path, count, leave.signal, async () => meanwhile?.());
  } finally {
    clearTimeout(limit);
  }
}

async function read(
  path: string,
  count: number,
  signal: AbortSignal,
  meanwhile: () => Promise<void>,
): Promise<string[]> {
  const answer = await fetch(`${server.url}${path}`, { headers: { authorization }, signal });
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events: string[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const pieces = text.split('\n\n');
    text = pieces.pop() ?? '';
    for (const piece of pieces.filter((one) => one.includes('event:'))) {
      events.push(piece);
      if (events.length === 1) await meanwhile();
      if (events.length === count) return events;
    }
  }
  return events;
}

function dataOf(event: string | undefined): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(event ?? '')?.[1] ?? 'null');
}

test("a task's stream begins with what GET answers and goes on with what changes", async () => {
  const taskId = await insertTask(server.db, { state: 'running' });
  const events = await readEvents(`/4/tasks/${taskId}/events`, 2, () => advanceTask(server.db, taskId, 300));
  for (const event of events) {
    assert.match(event, /^id: \d+$/m);
    assert.match(event, /^event: task$/m);
  }
  const answer = await fetch(`${server.url}/4/tasks/${taskId}`, { headers: { authorization } });
  assert.deepEqual(dataOf(events[1]), await answer.json());
});

test('the stream of a task that does not exist says so', async () => {
  const [event] = await readEvents('/tasks/999999/events', 1);
  assert.match(event ?? '', /^event: gone$/m);
});

test('a stream refuses parameters that it does not know', async () => {
  for (const path of ['/4/tasks/events', '/tasks/1/events']) {
    const answer = await fetch(`${server.url}${path}?task_type=4`, { headers: { authorization } });
    assert.equal(answer.status, 400, path);
    assert.equal(((await answer.json()) as { error_code: number }).error_code, 12012);
  }
});

test('the stream of all tasks begins with the open ones', async () => {
  const taskId = await insertTask(server.db, { state: 'paused' });
  const [event] = await readEvents('/tasks/events', 1);
  assert.equal((dataOf(event) as { task_id: number }).task_id, taskId);
});

test('nobody listens without credentials, and the refusal raises no dialogue', async () => {
  const answer = await fetch(`${server.url}/tasks/events`);
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get('www-authenticate'), null);
});

test('whoever has left before a stream begins leaves nothing behind', async () => {
  let listeners = 0;
  const listening = { catchUp: () => undefined, stop: () => void (listeners -= 1) };
  const join = () => void (listeners += 1);
  const events = createTaskEvents({
    feed: { listen: () => (join(), listening), changed: () => undefined, listeners: () => listeners },
    workerWatch: {
      listen: () => (join(), listening.stop),
      count: () => Promise.resolve({ workers: 1, extractors: 1 }),
    },
    livingSessions: () => Promise.resolve(new Set()),
    isStillIn: () => Promise.resolve(true),
    log: pino({ level: 'silent' }),
  });
  const leaving = new AbortController();
  // As the reading of a session would, it takes until the client is gone.
  const begun = new EventEmitter();
  const slow = express().get('/', async (req, res, next) => {
    leaving.abort();
    await once(res, 'close');
    events.all(req, res, next);
    begun.emit('begun');
  });
  const service = slow.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  const hasBegun = once(begun, 'begun');
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal }), {
    name: 'AbortError',
  });
  await hasBegun;
  await closeServer(service);
  assert.equal(listeners, 0);
});

test('the stream of all tasks tells which schedule was changed; the one of a task does not', async () => {
  const taskId = await insertTask(server.db, { state: 'running' });
  const insertSchedule = async (): Promise<number> => {
    const [row] = await server.db.query<{ schedule_id: number }>(
      `insert into schedules (task_type, content, cron, time_zone) values (4, '{}', '0 4 * * *', 'UTC') returning schedule_id`,
    );
    return row?.schedule_id ?? 0;
  };
  let scheduleId = 0;
  const change = async (): Promise<void> => {
    scheduleId = await insertSchedule();
    await server.db.query('update schedules set active = active where schedule_id = $1', [scheduleId]);
    await server.db.query('delete from schedules where schedule_id = $1', [scheduleId]);
    await advanceTask(server.db, taskId, 100);
  };
  const open = await server.db.query(
    "select 1 from tasks where state not in ('cancelled', 'failed', 'done')",
  );
  const all = await readEvents('/tasks/events', open.length + 2, change);
  const told = all.filter((event) => event.startsWith('event: schedule'));
  assert.deepEqual(told.map(dataOf), [{ schedule_id: scheduleId }, { schedule_id: scheduleId }]);
  const one = await readEvents(`/tasks/${taskId}/events`, 2, change);
  assert.ok(one.every((event) => event.includes('event: task')));
});
