import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import { createDelivery } from '../../activities/deliverNotification.ts';
import { createNotificationQueries } from '../../db/tasks/notificationQueries.ts';
import { createOpenTasks } from '../../db/engine/openTasks.ts';
import { createOutbox } from '../../db/tasks/outbox.ts';
import { createTaskStore } from '../../db/tasks/taskStore.ts';
import { freezeGcContent } from '../../domain/gc/gcContent.ts';
import { createGuardedRequest, type GuardedRequest } from '../../platform/outgoing/guardedRequest.ts';
import { createLogger } from '../../platform/logger.ts';
import { openTestDatabase } from '../support/servers/database.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import {
  openNotification,
  startWebhookReceiver,
  webhookSecret,
  type WebhookReceiver,
} from '../support/servers/webhookReceiver.ts';

const { db } = await openTestDatabase(4);
let receiver: WebhookReceiver;
/** Gives up soon; everywhere else a busy machine may take its time. */
let hasty: GuardedRequest;
let client: GuardedRequest;

before(async () => {
  receiver = await startWebhookReceiver();
  [hasty, client] = [500, 10_000].map((deadlineMs) =>
    createGuardedRequest({
      hosts: ['http://127.0.0.1:*', 'http://inside.example.org'],
      deadlineMs,
      resolveHost: () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]),
    }),
  ) as [GuardedRequest, GuardedRequest];
});
beforeEach(async () => {
  receiver.reset();
  await db.query('truncate tasks, notifications cascade');
});
after(async () => {
  hasty.close();
  client.close();
  await receiver.close();
});

const outbox = () => createOutbox(db);

/** A task that has told its first status to this address. */
async function tell(url = `${receiver.url}/luna?token=1`, secret = 'orders'): Promise<number> {
  const { taskId } = await createTaskStore(db, null).create(
    {
      taskType: 4,
      content: freezeGcContent({ target: 'face_descriptors', descriptor_version: 1 }, new Date()),
      description: 'Größe',
      notificationPolicy: { url, secret, statuses: [0, 5] },
    },
    tester,
  );
  return taskId;
}

async function deliverDue(by = client): Promise<number> {
  const deliver = createDelivery({
    outbox: outbox(),
    client: by,
    secrets: { orders: webhookSecret },
    log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
  });
  const due = await outbox().take(20, 60);
  await Promise.all(due.map(deliver));
  return due.length;
}

async function only(taskId: number) {
  const rows = await createNotificationQueries(db).page(taskId, { page: 1, pageSize: 10 });
  assert.equal(rows.length, 1);
  return rows[0] ?? assert.fail();
}
const makeDue = () => db.query('update notifications set next_attempt_time = now()');
const secondsToWait = async (taskId: number) =>
  Math.round(((await only(taskId)).nextAttemptTime.getTime() - Date.now()) / 1_000);

test('the receiver gets a signed POST that says what has become of the task', async () => {
  const taskId = await tell();
  assert.equal(await deliverDue(), 1);
  const [message, ...others] = receiver.received;
  assert.ok(message);
  assert.deepEqual(others, []);
  assert.equal(message.path, '/luna?token=1');
  assert.equal(message.headers['content-type'], 'application/json');
  const { notification_id, type, task } = openNotification(message);
  assert.deepEqual([notification_id, type], [message.id, 'task.status']);
  assert.deepEqual([task.task_id, task.task_status, task.objects_done], [taskId, 0, 0]);
  const { state, attempts, lastError, endTime } = await only(taskId);
  assert.deepEqual([state, attempts, lastError, endTime !== null], ['delivered', 1, null, true]);
  assert.equal(await deliverDue(), 0);
});

test('whoever does not know the secret or changes a byte fails the check', async () => {
  await tell();
  await deliverDue();
  const [message] = receiver.received;
  assert.ok(message);
  assert.throws(() => openNotification({ ...message, text: `${message.text} ` }), /not signed/);
  const later = { ...message.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) + 1) };
  assert.throws(() => openNotification({ ...message, headers: later }), /not signed/);
});

test("the operations manual's own lines verify it", async () => {
  const manual = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, lines = ''] = /```js\n([^]*?)```/.exec(manual) ?? [];
  const { isOurs } = (await import(`data:text/javascript,${encodeURIComponent(lines)}`)) as {
    isOurs: (headers: object, body: string, secret: string) => boolean;
  };
  await tell();
  await deliverDue();
  const [message] = receiver.received;
  assert.ok(message);
  assert.equal(isOurs(message.headers, message.text, webhookSecret), true);
  assert.equal(isOurs(message.headers, `${message.text} `, webhookSecret), false);
  assert.equal(isOurs(message.headers, message.text, webhookSecret.toLowerCase()), false);
  assert.equal(isOurs({ ...message.headers, 'webhook-timestamp': '1' }, message.text, webhookSecret), false);
});

const faults: Record<string, { answer?: (r: WebhookReceiver) => void; url?: () => string; says: RegExp }> = {
  'answers 500': { answer: (r) => r.answer((res) => res.writeHead(500).end()), says: /answered 500$/ },
  'refuses with 410': { answer: (r) => r.answer((res) => res.writeHead(410).end()), says: /answered 410$/ },
  redirects: {
    answer: (r) => r.answer((res) => res.writeHead(307, { location: '/elsewhere' }).end()),
    says: /answered 307; redirects are not followed$/,
  },
  hangs: { answer: (r) => r.answer(() => undefined), says: /did not answer within 500 ms$/ },
  'hangs up': { answer: (r) => r.answer((res) => res.destroy()), says: /cannot be reached/ },
  'is not there': { url: () => 'http://127.0.0.1:9/', says: /cannot be reached/ },
  'is no longer listed': {
    url: () => 'http://other.example.org/',
    says: /other\.example\.org is not listed/,
  },
  'has a private address': { url: () => 'http://inside.example.org/', says: /resolves to 10\.0\.0\.1/ },
};

for (const [what, { answer, url, says }] of Object.entries(faults)) {
  test(`a receiver that ${what} is tried again later, and the reason is kept`, async () => {
    answer?.(receiver);
    const taskId = await tell(url?.());
    await deliverDue(what === 'hangs' ? hasty : client);
    const { state, attempts, lastError, endTime } = await only(taskId);
    assert.deepEqual([state, attempts, endTime], ['pending', 1, null]);
    assert.match(lastError ?? '', says);
    const wait = await secondsToWait(taskId);
    assert.ok(wait >= 8 && wait <= 10, String(wait));
    assert.ok(receiver.received.length <= 1, 'nobody follows a redirect');
    assert.equal(await deliverDue(), 0, 'not before its time');
  });
}

test('a secret that was taken from the settings is a fault that waits too', async () => {
  const taskId = await tell(undefined, 'forgotten');
  await deliverDue();
  assert.match((await only(taskId)).lastError ?? '', /no secret called 'forgotten'/);
  assert.deepEqual(receiver.received, []);
});

test('every attempt has the same id and body, and the waits double up to an hour', async () => {
  receiver.answer((res) => res.writeHead(503).end());
  const taskId = await tell();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt++) {
    await deliverDue();
    waits.push(Math.round((await secondsToWait(taskId)) / 10) * 10);
    await makeDue();
  }
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
  receiver.answer((res) => res.writeHead(204).end());
  await deliverDue();
  const { state, attempts, lastError } = await only(taskId);
  assert.deepEqual([state, attempts, lastError], ['delivered', 12, null]);
  assert.equal(receiver.received.length, 12);
  assert.equal(new Set(receiver.received.map(({ id, text }) => `${id} ${text}`)).size, 1);
});

test('after a day it is given up', async () => {
  receiver.answer((res) => res.writeHead(503).end());
  const taskId = await tell();
  await db.query(`update notifications set create_time = now() - interval '23 hours 59 minutes 55 seconds'`);
  await deliverDue();
  const { state, lastError, endTime } = await only(taskId);
  assert.deepEqual([state, lastError, endTime !== null], ['given_up', 'the receiver answered 503', true]);
  await makeDue();
  assert.equal(await deliverDue(), 0);
});

test('what a process took and did not write down comes again, with the same id', async () => {
  await tell();
  const [first] = await outbox().take(20, 2);
  assert.deepEqual(await outbox().take(20, 60), [], 'it is leased');
  const [second] = await waitFor('the end of the lease', async () => {
    const due = await outbox().take(20, 60);
    return due.length === 1 && due;
  });
  assert.deepEqual([second?.notificationId, second?.attempt], [first?.notificationId, 2]);
});

test('processes that look at the same time share what is due', async () => {
  for (let n = 0; n < 30; n++) await tell();
  const shares = await Promise.all([outbox().take(20, 60), outbox().take(20, 60), outbox().take(20, 60)]);
  const ids = shares.flat().map(({ notificationId }) => notificationId);
  assert.equal(ids.length, new Set(ids).size);
  assert.ok(ids.length >= 20);
});

test('only what is due and not under way makes the outbox old', async () => {
  const age = async () => (await createOpenTasks(db).figures()).outboxAgeSeconds;
  await tell();
  await db.query(`update tasks set state = 'running'`);
  await db.query(`update notifications set next_attempt_time = now() - interval '90 seconds'`);
  assert.ok((await age()) >= 90);
  await outbox().take(20, 60);
  assert.equal(await age(), 0);
});

test('what has ended a month ago is forgotten, what waits is not', async () => {
  const ended = await tell();
  await deliverDue();
  await db.query(`update notifications set end_time = now() - interval '31 days'`);
  const waiting = await tell();
  await db.query(`update notifications set create_time = now() - interval '31 days'`);
  await outbox().sweep();
  assert.deepEqual(await createNotificationQueries(db).page(ended, { page: 1, pageSize: 10 }), []);
  assert.equal((await only(waiting)).state, 'pending');
});
