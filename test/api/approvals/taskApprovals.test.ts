import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expireTaskApprovals } from '../../../db/approvals/taskApprovals.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { logIn } from '../../support/servers/sessions.ts';
import { faces, openApprovals, removal, version } from './openApprovals.ts';

const { api, call, second, order, decide, task, audit, setRole } = await openApprovals();

test('a removal of more objects than the setting says waits for another administrator, and nothing is started', async () => {
  const taskId = await order();
  const { state, task_status, approval } = await task(taskId);
  assert.deepEqual([state, task_status], ['awaiting_approval', 0]);
  assert.deepEqual(
    [approval?.state, approval?.cause, approval?.count, approval?.is_exact, approval?.ordered_by_login],
    ['waiting', 'objects', faces, true, rootLogin],
  );
  const waits = Date.parse(approval?.expire_time ?? '') - Date.parse(approval?.order_time ?? '');
  assert.equal(waits, 3 * 86_400_000);
  assert.deepEqual(api.told, []);
  const { body } = await call('GET', '/4/tasks?state=awaiting_approval');
  assert.deepEqual(
    body.tasks.map(({ task_id }) => task_id),
    [taskId],
  );
});

test('a small removal and a rehearsal start at once, whatever they select', async () => {
  const [face] = await api.db.query<{ id: string }>('select face_id id from faces limit 1');
  const small = await order({ content: { target: 'faces', filters: { face_ids: [face?.id] } } });
  const rehearsal = await order({ ...version, rehearsal: true });
  for (const taskId of [small, rehearsal]) {
    const { state, approval } = await task(taskId);
    assert.deepEqual([state, approval], ['pending', null]);
  }
  assert.deepEqual(
    api.told.map(({ taskId }) => taskId),
    [small, rehearsal],
  );
});

test('a whole version, everything, and all samples without an owner wait, however few they are', async () => {
  await api.db.query('delete from faces');
  const orders = {
    version,
    everything: { content: { target: 'faces', filters: {}, confirm_all: true } },
    'everything again': {
      content: { target: 'events', filters: { user_data: 'old' }, confirm_all: true },
    },
    'everything of samples': { content: { target: 'samples' } },
  };
  for (const [name, body] of Object.entries(orders)) {
    const { state, approval } = await task(await order(body));
    assert.deepEqual([state, approval?.cause], ['awaiting_approval', name.split(' ')[0]], name);
  }
});

test('another administrator approves it with a reason: it starts, and both stand in the audit', async () => {
  const taskId = await order();
  assert.equal((await decide(second.call, taskId, 'approve')).status, 200);
  const { state, approval } = await task(taskId);
  assert.equal(state, 'pending');
  assert.deepEqual(
    [approval?.state, approval?.decided_by_login, approval?.reason],
    ['approved', 'second@example.com', 'ticket 1234'],
  );
  assert.deepEqual(
    api.told.map(({ call: told, taskId: id }) => [told, id]),
    [['start', taskId]],
  );
  const [approved, created] = await audit('task', taskId);
  assert.deepEqual(
    [approved?.login, approved?.action, approved?.after['reason'], approved?.after['count']],
    ['second@example.com', 'task.approve', 'ticket 1234', faces],
  );
  assert.deepEqual(
    [created?.login, created?.action, created?.after['awaits_approval'], created?.after['count']],
    [rootLogin, 'task.create', 'objects', faces],
  );
  const [limit] = await api.db.query<{ limit: number }>('select objects_limit "limit" from tasks');
  assert.equal(limit?.limit, faces);
});

test('an engine that is away keeps nobody from approving', async () => {
  const taskId = await order();
  api.setEngine(false);
  assert.equal((await decide(second.call, taskId, 'approve')).status, 200);
  assert.equal((await task(taskId)).state, 'pending');
});

test('another administrator rejects it with a reason: it is cancelled', async () => {
  const taskId = await order();
  assert.equal((await decide(second.call, taskId, 'reject')).status, 200);
  const { state, task_status, end_time, approval } = await task(taskId);
  assert.deepEqual([state, task_status, approval?.state], ['cancelled', 2, 'rejected']);
  assert.notEqual(end_time, null);
  assert.deepEqual(api.told, []);
  assert.equal((await audit('task', taskId))[0]?.action, 'task.reject');
  assert.equal((await decide(second.call, taskId, 'approve')).body.error_code, 28060);
});

test('a decision needs a reason that says something', async () => {
  const taskId = await order();
  for (const reason of [undefined, '', '  ', 'x'.repeat(1001)]) {
    const body = { action: 'approve', ...(reason === undefined ? {} : { reason }) };
    const { status } = await second.call('PATCH', `/4/tasks/${taskId}`, { body });
    assert.equal(status, 400, JSON.stringify(reason));
  }
  assert.equal((await task(taskId)).state, 'awaiting_approval');
});

test('the account that ordered it neither approves nor rejects it, by another session either', async () => {
  const taskId = await order();
  const session = await createClient(
    api.url,
    await logIn(await createClient(api.url, {}), rootLogin, rootPassword),
  );
  for (const [as, action] of [
    [call, 'approve'],
    [call, 'reject'],
    [session, 'approve'],
  ] as const) {
    const answer = await decide(as, taskId, action);
    assert.deepEqual([answer.status, answer.body.error_code], [403, 28061]);
  }
  assert.equal((await task(taskId)).state, 'awaiting_approval');
});

test('an operator, a viewer and an auditor approve nothing', async () => {
  const taskId = await order();
  for (const role of ['operator', 'viewer', 'auditor'] as const) {
    const account = await accountOfRole(call, api.url, role);
    const answer = await decide(account.call, taskId, 'approve');
    assert.deepEqual([answer.status, answer.body.error_code], [403, 12025], role);
    await api.db.query('delete from accounts where account_id = $1', [account.accountId]);
  }
});

test('what was ordered by an account that may no longer remove is not approved, and can be rejected', async () => {
  const third = await accountOfRole(call, api.url, 'admin', 'third@example.com');
  const taskId = await order(removal, third.call);
  await setRole('third@example.com', 'operator');
  const answer = await decide(second.call, taskId, 'approve');
  assert.deepEqual([answer.status, answer.body.error_code], [409, 28062]);
  await api.db.query('delete from accounts where account_id = $1', [third.accountId]);
  assert.equal((await decide(second.call, taskId, 'approve')).body.error_code, 28062);
  assert.equal((await decide(second.call, taskId, 'reject')).status, 200);
});

test('of two administrators who decide at once exactly one does', async () => {
  const third = await accountOfRole(call, api.url, 'admin', 'third@example.com');
  const decisions = async () =>
    (await api.db.query(`select from audit where action in ('task.approve', 'task.reject')`)).length;
  for (let round = 0; round < 5; round += 1) {
    const before = await decisions();
    const taskId = await order();
    const answers = await Promise.all([
      decide(second.call, taskId, 'approve'),
      decide(third.call, taskId, 'reject'),
    ]);
    const codes = answers.map(({ status, body }) => (status === 200 ? 200 : body.error_code));
    assert.deepEqual(codes.sort(), [200, 28060]);
    assert.equal(await decisions(), before + 1);
  }
  await api.db.query('delete from accounts where account_id = $1', [third.accountId]);
});

test('while it waits it can be cancelled and throttled, and neither paused, resumed, retried nor deleted', async () => {
  const taskId = await order();
  const patch = async (body: object) => (await call('PATCH', `/4/tasks/${taskId}`, { body })).body.error_code;
  assert.equal(await patch({ action: 'pause' }), 28030);
  assert.equal(await patch({ action: 'resume' }), 28030);
  assert.equal(await patch({ action: 'retry' }), 28031);
  assert.equal((await call('DELETE', `/4/tasks/${taskId}`)).body.error_code, 28032);
  assert.equal(await patch({ action: 'throttle', objects_per_second: 5 }), undefined);
  assert.equal(await patch({ action: 'cancel' }), undefined);
  const { state, approval } = await task(taskId);
  assert.deepEqual([state, approval?.state], ['cancelled', 'withdrawn']);
  assert.equal((await decide(second.call, taskId, 'approve')).body.error_code, 28060);
  assert.equal((await call('DELETE', `/4/tasks/${taskId}`)).status, 200);
});

test('an approval covers the objects that were shown: if more match by now, their number has to be named', async () => {
  const taskId = await order();
  await insertFaces(api.db, [buildFace({ userData: 'old' })]);
  for (const more of [{}, { count: faces }]) {
    const answer = await decide(second.call, taskId, 'approve', more);
    assert.deepEqual([answer.status, answer.body.error_code], [409, 28063]);
    assert.match(answer.body.detail, /6 objects are selected by now, not 5/);
  }
  assert.equal((await decide(second.call, taskId, 'approve', { count: 6 })).status, 200);
  const [row] = await api.db.query<{ limit: number }>('select objects_limit "limit" from tasks');
  assert.equal(row?.limit, 6);
});

test('an approval that has expired is refused, and ends the task as cancelled with that reason', async () => {
  const taskId = await order();
  await api.db.query(`update approvals set expire_time = now() - interval '1 second'`);
  const late = await decide(second.call, taskId, 'approve');
  assert.deepEqual([late.status, late.body.error_code], [409, 28060]);
  assert.equal(await expireTaskApprovals(api.db), 1);
  assert.equal(await expireTaskApprovals(api.db), 0);
  const { state, approval } = await task(taskId);
  assert.deepEqual([state, approval?.state, approval?.reason], ['cancelled', 'expired', 'approval expired']);
  assert.equal((await audit('task', taskId))[0]?.action, 'task.expire');
});

test('a retry of what was never approved waits again, in the name of who retries', async () => {
  const taskId = await order();
  await decide(second.call, taskId, 'reject');
  assert.equal((await second.call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'retry' } })).status, 200);
  const { state, approval } = await task(taskId);
  assert.deepEqual(
    [state, approval?.state, approval?.ordered_by_login],
    ['awaiting_approval', 'waiting', 'second@example.com'],
  );
  assert.equal((await decide(second.call, taskId, 'approve')).body.error_code, 28061);
  assert.equal((await decide(call, taskId, 'approve')).status, 200);
  assert.equal((await task(taskId)).state, 'pending');
});

test('a retry of what was approved goes on under its approval', async () => {
  const taskId = await order();
  await decide(second.call, taskId, 'approve');
  await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'cancel' } });
  assert.equal((await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'retry' } })).status, 200);
  assert.equal((await task(taskId)).state, 'pending');
});

test('a small removal that is cancelled and retried when it selects more waits then', async () => {
  const taskId = await order({ content: { target: 'faces', filters: { user_data: 'later' } } });
  assert.equal((await task(taskId)).state, 'pending');
  await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'cancel' } });
  await api.db.query(`update faces set user_data = 'later'`);
  await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'retry' } });
  const { state, approval } = await task(taskId);
  assert.deepEqual([state, approval?.cause, approval?.count], ['awaiting_approval', 'objects', faces]);
});

test('the same order sent twice is one order, and another one like it waits by itself', async () => {
  const headers = { 'idempotency-key': 'a' };
  const ids = [];
  for (const more of [{ headers }, { headers }, {}]) {
    ids.push((await call('POST', '/4/tasks/gc', { body: removal, ...more })).body.task_id);
  }
  assert.deepEqual(ids, [1, 1, 2]);
  await decide(second.call, 1, 'approve');
  assert.deepEqual([(await task(1)).state, (await task(2)).state], ['pending', 'awaiting_approval']);
});

test('a version that waits to be removed can still be extracted from; its approval is refused until that has ended', async () => {
  const gc = await order(version);
  const content = {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3 },
    filters: { objects_type: 'faces' },
  };
  const extract = await call('POST', '/4/tasks/additional_extract', { body: { content } });
  assert.equal(extract.status, 201);
  const early = await decide(second.call, gc, 'approve');
  assert.deepEqual([early.status, early.body.error_code], [409, 28038]);
  await call('PATCH', `/4/tasks/${extract.body.task_id}`, { body: { action: 'cancel' } });
  assert.equal((await decide(second.call, gc, 'approve')).status, 200);
});

test('a maintenance neither approves nor starts it, and an approved one waits for its end', async () => {
  const taskId = await order();
  await call('PUT', '/4/maintenance', { body: { active: true } });
  assert.equal((await task(taskId)).state, 'awaiting_approval');
  assert.equal((await decide(second.call, taskId, 'approve')).status, 200);
  const { state, held_by_maintenance } = await task(taskId);
  assert.deepEqual([state, held_by_maintenance], ['pending', true]);
  assert.deepEqual(api.told, []);
  await call('PUT', '/4/maintenance', { body: { active: false } });
});

test('webhooks tell of the order and of the decision, with its reason', async () => {
  const notification_policy = { url: 'https://hooks.example.org/luna', secret: 'orders' };
  const taskId = await order({ ...removal, notification_policy });
  await decide(second.call, taskId, 'reject');
  const rows = await api.db.query<{
    payload: { type: string; approval?: { state: string; reason: string } };
  }>('select payload from notifications where task_id = $1', [taskId]);
  const told = rows.map(({ payload: { type, approval } }) =>
    [type, approval?.state, approval?.reason].join(' ').trim(),
  );
  assert.deepEqual(told.sort(), [
    'task.approval rejected ticket 1234',
    'task.approval waiting',
    'task.status',
  ]);
});

test('some of the objects are kept only until the decision', async () => {
  const taskId = await order();
  const kept = async () => {
    const [row] = await api.db.query<{ sample: object[] | null }>(
      `select preview -> 'sample' sample from approvals where task_id = $1`,
      [taskId],
    );
    return row?.sample?.length ?? null;
  };
  assert.equal(await kept(), faces);
  await decide(second.call, taskId, 'reject');
  assert.equal(await kept(), null);
});

test('a preview says whether the task would wait', async () => {
  const ask = async (body: object) =>
    (await call('POST', '/4/tasks/preview', { body: { task_type: 4, ...body } })).body;
  assert.equal((await ask(removal)).needs_approval, 'objects');
  assert.equal((await ask(version)).needs_approval, 'version');
  assert.equal(
    (await ask({ content: { target: 'faces', filters: { user_data: 'new' } } })).needs_approval,
    null,
  );
});
