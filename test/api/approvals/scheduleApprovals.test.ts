import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expireScheduleApprovals } from '../../../db/approvals/scheduleApprovals.ts';
import { createFollowedSchedules } from '../../../db/schedules/followedSchedules.ts';
import { createScheduledTasks } from '../../../db/schedules/scheduledTasks.ts';
import { freezeGcContent, type GcRequest } from '../../../domain/gc/gcContent.ts';
import { faces, openApprovals, removal, version } from './openApprovals.ts';

const { api, call, second, decide, task, audit, setRole } = await openApprovals();

const times = { cron: '0 3 * * *', time_zone: 'UTC' };
const rule = { objects: 3, expires: '3d' };

const create = async (body: object = removal): Promise<number> => {
  const answer = await call('POST', '/4/tasks/schedules', { body: { task_type: 4, ...body, ...times } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.schedule_id ?? 0;
};
const read = async (id: number) => (await call('GET', `/4/tasks/schedules/${id}`)).body;
const patch = (as: typeof call, id: number, action: string, headers = {}) =>
  as('PATCH', `/4/tasks/schedules/${id}`, {
    body: { action, ...(action === 'start' || action === 'stop' ? {} : { reason: 'ticket 7' }) },
    headers,
  });
const followed = async () => (await createFollowedSchedules(api.db).list('all', 0, 10))[0]?.active;
/** What the engine does at one of its times. */
const comes = (scheduleId: number, day: number) =>
  createScheduledTasks(
    api.db,
    () => Promise.resolve(({ content }, now) => freezeGcContent(content as GcRequest, now)),
    rule,
  ).start({
    ...{ scheduleId, cron: times.cron, timeZone: times.time_zone },
    scheduledTime: `2026-01-0${day}T03:00:00.000Z`,
  });

test('a schedule of large removals is stopped until another administrator approves it', async () => {
  const id = await create();
  const waiting = await read(id);
  assert.deepEqual(
    [waiting.approval?.state, waiting.approval?.cause, waiting.approval?.count, waiting.next_runs],
    ['waiting', 'objects', faces, []],
  );
  assert.equal(await followed(), false);
  assert.equal((await comes(id, 1)).kind, 'void');
  assert.equal((await patch(call, id, 'approve')).body.error_code, 28061);
  assert.equal((await patch(second.call, id, 'approve')).status, 200);
  const approved = await read(id);
  assert.deepEqual([approved.approval?.state, approved.next_runs.length], ['approved', 5]);
  assert.equal(await followed(), true);
  assert.equal((await audit('schedule', id))[0]?.action, 'schedule.approve');
  assert.equal((await patch(second.call, id, 'approve')).body.error_code, 28060);
});

test('the tasks of an approved schedule need no approval of their own, and go on when they are retried', async () => {
  const id = await create(version);
  await patch(second.call, id, 'approve');
  assert.equal((await comes(id, 1)).kind, 'started');
  assert.equal((await task(1)).state, 'pending');
  await call('PATCH', '/4/tasks/1', { body: { action: 'cancel' } });
  await call('PATCH', '/4/tasks/1', { body: { action: 'retry' } });
  assert.equal((await task(1)).state, 'pending');
});

test('a schedule that selected little when it was made makes a task that waits once it selects more', async () => {
  const id = await create({ content: { target: 'faces', filters: { user_data: 'later' } } });
  assert.equal((await read(id)).approval, null);
  await api.db.query(`update faces set user_data = 'later'`);
  await comes(id, 1);
  assert.equal((await task(1)).state, 'awaiting_approval');
  assert.equal((await comes(id, 2)).kind, 'skipped', 'no second one beside it');
});

test('whoever changed a schedule last is whose order its waiting tasks are', async () => {
  const later = { content: { target: 'faces', filters: { user_data: 'later' } } };
  const id = await create({ content: { target: 'faces', filters: { user_data: 'sooner' } } });
  const change = await second.call('PUT', `/4/tasks/schedules/${id}`, {
    body: { task_type: 4, ...later, ...times },
  });
  assert.equal(change.status, 200, JSON.stringify(change.body));
  await api.db.query(`update faces set user_data = 'later'`);
  await comes(id, 1);
  assert.equal((await decide(second.call, 1, 'approve')).body.error_code, 28061);
  assert.equal((await decide(call, 1, 'approve')).status, 200);
});

test('a change of what or when it removes is approved again, and one of its words is not', async () => {
  const id = await create();
  await patch(second.call, id, 'approve');
  const replace = (body: object) =>
    call('PUT', `/4/tasks/schedules/${id}`, { body: { task_type: 4, ...removal, ...times, ...body } });
  await replace({ description: 'words' });
  assert.equal((await read(id)).approval?.state, 'approved');
  await replace({ cron: '0 * * * *' });
  assert.equal((await read(id)).approval?.state, 'waiting');
  const etag = (await call('GET', `/4/tasks/schedules/${id}`)).headers.get('etag') ?? '';
  await replace(version);
  assert.equal((await read(id)).approval?.cause, 'version');
  const stale = await patch(second.call, id, 'approve', { 'if-match': etag });
  assert.equal(stale.body.error_code, 28037, 'what was changed since is not approved unseen');
});

test('a rejected schedule is stopped, and starting it orders its approval again', async () => {
  const id = await create();
  await patch(second.call, id, 'reject');
  const rejected = await read(id);
  assert.deepEqual([rejected.active, rejected.approval?.state], [false, 'rejected']);
  assert.equal((await comes(id, 1)).kind, 'void');
  await patch(second.call, id, 'start');
  const again = await read(id);
  assert.deepEqual(
    [again.active, again.approval?.state, again.approval?.ordered_by_login],
    [true, 'waiting', 'second@example.com'],
  );
});

test('an approval of a schedule expires, too', async () => {
  const id = await create();
  await api.db.query(`update approvals set expire_time = now() - interval '1 second'`);
  assert.equal((await patch(second.call, id, 'approve')).body.error_code, 28060);
  assert.equal(await expireScheduleApprovals(api.db), 1);
  const { active, approval } = await read(id);
  assert.deepEqual([active, approval?.state, approval?.reason], [false, 'expired', 'approval expired']);
});

test('running it by hand before it is approved makes a task that waits by itself', async () => {
  const id = await create();
  const { body } = await call('POST', `/4/tasks/schedules/${id}/run`);
  assert.equal((await task(body.task_id)).state, 'awaiting_approval');
  await patch(second.call, id, 'approve');
  const other = await call('POST', `/4/tasks/schedules/${id}/run`, { body: { even_if_active: true } });
  assert.equal((await task(other.body.task_id)).state, 'pending');
});

test('a deleted schedule waits no longer, and an operator approves none', async () => {
  const id = await create();
  await setRole('second@example.com', 'operator');
  assert.equal((await patch(second.call, id, 'approve')).body.error_code, 12025);
  await call('DELETE', `/4/tasks/schedules/${id}`);
  const [row] = await api.db.query<{ state: string }>('select state from approvals');
  assert.equal(row?.state, 'withdrawn');
});
