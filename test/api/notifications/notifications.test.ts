import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createOutbox } from '../../../db/tasks/outbox.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();
beforeEach(() => api.db.query('truncate schedules, tasks, notifications restart identity cascade'));

const gc = { target: 'face_descriptors', filters: { descriptor_version: 1 } };
const extract = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3 },
  filters: { objects_type: 'faces' },
};
const policy = { url: 'https://hooks.example.org/luna?token=1', secret: 'orders' };
const everything = { ...policy, statuses: [0, 1, 2, 3, 4, 5] };

const order = (notification_policy: unknown) =>
  call('POST', '/4/tasks/gc', { body: { content: gc, notification_policy } });
const setState = (state: string) => api.db.query('update tasks set state = $1', [state]);
const list = async (query = '') => (await call('GET', `/4/tasks/1/notifications${query}`)).body.notifications;

test('a task tells its ends, unless its policy names other statuses, and never one that it does not come to', async () => {
  assert.equal((await order(policy)).status, 201);
  assert.deepEqual(await list(), []);
  await setState('running');
  assert.deepEqual(await list(), []);
  await setState('done');
  const [told, ...others] = await list();
  assert.deepEqual(others, []);
  assert.deepEqual(
    [
      told?.task_id,
      told?.task_status,
      told?.url,
      told?.state,
      told?.attempts,
      told?.last_error,
      told?.end_time,
    ],
    [1, 5, policy.url, 'pending', 0, null, null],
  );
  assert.notEqual(told?.next_attempt_time, null);
});

test('a task shows its policy, alone and among others', async () => {
  await order(policy);
  await call('POST', '/4/tasks/gc', { body: { content: gc } });
  const whole = { ...policy, statuses: [2, 3, 5] };
  assert.deepEqual((await call('GET', '/4/tasks/1')).body.notification_policy, whole);
  const { tasks } = (await call('GET', '/4/tasks')).body;
  assert.deepEqual(
    tasks.map((task) => task.notification_policy),
    [null, whole],
  );
});

test('every change of the status is told once, newest first, in pages', async () => {
  await call('POST', '/4/tasks/additional_extract', {
    body: { content: extract, notification_policy: everything },
  });
  for (const state of ['planning', 'running', 'paused', 'running', 'collecting', 'done'])
    await setState(state);
  const statuses = async (query = '') => (await list(query)).map((one) => one.task_status);
  assert.deepEqual(await statuses(), [5, 4, 1, 0]);
  assert.deepEqual(await statuses('?page=2&page_size=3'), [0]);
});

test('a notification is written in the transaction that changes the status, or not at all', async () => {
  await order(everything);
  await assert.rejects(
    api.db.transaction(async (tx) => {
      await tx.query("update tasks set state = 'running'");
      await tx.query('select 1 / 0');
    }),
    /division by zero/,
  );
  assert.deepEqual(
    (await list()).map((one) => one.task_status),
    [0],
  );
});

test('what became of each is shown', async () => {
  await order(everything);
  await setState('running');
  await setState('done');
  const outbox = createOutbox(api.db);
  const [delivered, failed, given] = await outbox.take(3, 60);
  assert.ok(delivered && failed && given);
  await outbox.delivered(delivered.notificationId);
  await outbox.failed(failed.notificationId, 'the receiver answered 500', 30);
  await outbox.failed(given.notificationId, 'nobody is there', null);
  const shown = new Map((await list()).map((one) => [one.notification_id, one]));
  const of = ({ notificationId }: { notificationId: string }) => {
    const one = shown.get(notificationId);
    return [
      one?.state,
      one?.attempts,
      one?.last_error,
      one?.next_attempt_time === null,
      one?.end_time === null,
    ];
  };
  assert.deepEqual(of(delivered), ['delivered', 1, null, true, false]);
  assert.deepEqual(of(failed), ['pending', 1, 'the receiver answered 500', false, true]);
  assert.deepEqual(of(given), ['given_up', 1, 'nobody is there', true, false]);
});

test('a schedule keeps the policy for its tasks and shows it', async () => {
  const body = { task_type: 4, cron: '30 2 * * *', content: gc, notification_policy: policy };
  const { status, body: made } = await call('POST', '/4/tasks/schedules', { body });
  assert.equal(status, 201);
  assert.deepEqual(made.notification_policy, { ...policy, statuses: [2, 3, 5] });
  const { body: replaced } = await call('PUT', '/4/tasks/schedules/1', {
    body: { ...body, notification_policy: everything },
  });
  assert.deepEqual(replaced.notification_policy, everything);
});

test('an address or a secret that the settings do not know is refused when it is ordered', async () => {
  const wrong: [unknown, RegExp][] = [
    [{ ...policy, url: 'https://elsewhere.example.org/' }, /elsewhere\.example\.org is not listed/],
    [{ ...policy, url: 'http://169.254.169.254/latest' }, /169\.254\.169\.254 is not listed/],
    [{ ...policy, url: 'http://[::1]/' }, /not listed/],
    [{ ...policy, url: 'ftp://hooks.example.org/' }, /not with http or https/],
    [{ ...policy, url: 'hooks' }, /must be a URL/],
    [{ ...policy, url: 'https://me:word@hooks.example.org/' }, /must not contain credentials/],
    [{ ...policy, secret: 'unknown' }, /notification_policy\.secret/],
    [{ ...policy, secret: 'constructor' }, /notification_policy\.secret/],
    [{ ...policy, statuses: [] }, /statuses/],
    [{ ...policy, statuses: [6] }, /statuses/],
    [{ ...policy, more: 1 }, /notification_policy/],
    [{ url: policy.url }, /secret/],
    [null, /notification_policy/],
  ];
  for (const [notification_policy, detail] of wrong) {
    const about = JSON.stringify(notification_policy);
    const answer = await order(notification_policy);
    assert.equal(answer.status, 400, about);
    assert.match(answer.body.detail, detail, about);
    const body = { task_type: 4, cron: '30 2 * * *', content: gc, notification_policy };
    assert.equal((await call('POST', '/4/tasks/schedules', { body })).status, 400, about);
  }
  assert.equal((await call('GET', '/4/tasks/count')).body.count, 0);
});

test('a task that is not there has no notifications', async () => {
  assert.equal((await call('GET', '/4/tasks/99/notifications')).status, 404);
});
