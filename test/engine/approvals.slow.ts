import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic } from '../support/rows/basic.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';

const password = 'a password of the tests';
const second = 'second@example.com';
let engine: Engine;

before(async () => {
  engine = await startEngine({
    ...{ workers: twoWorkers, ownServers: true },
    env: { APPROVAL_OBJECTS: '5', PART_SIZE_GC: '10', ADMIN_PASSWORD: password },
  });
  await call('POST', '/accounts', {
    ...{ login: second, password, account_type: 'admin', role: 'admin' },
  });
});

after(() => engine.stop());

async function call(
  method: string,
  path: string,
  body?: object,
  login = engine.running().config.adminLogin,
): Promise<Record<string, unknown>> {
  const { apiUrl } = engine.running();
  const answer = await waitFor('the API to answer', () =>
    fetch(`${apiUrl}/4${path}`, {
      method,
      headers: { ...basic(login, password), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => false as const),
  );
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

const order = async (accountId: string): Promise<number> => {
  const content = { target: 'faces', filters: { account_id: accountId } };
  return Number((await call('POST', '/tasks/gc', { content }))['task_id']);
};
const approve = (taskId: number) =>
  call('PATCH', `/tasks/${taskId}`, { action: 'approve', reason: 'ticket 1' }, second);

const facesOf = async (accountId: string): Promise<number> => {
  const [row] = await engine
    .db()
    .query<{ n: number }>('select count(*) n from faces where account_id = $1', [accountId]);
  return row?.n ?? -1;
};
const workflowOf = (taskId: number) => engine.gateway().findTask({ taskId, generation: 1 });

test('a large removal has no workflow and touches nothing until it is approved, and removes exactly what was shown', async () => {
  const { accountId } = await engine.addFaces({ count: 40 });
  const { accountId: other } = await engine.addFaces({ count: 3 });
  const taskId = await order(accountId);
  // A whole life of a later small one: rounds of the reconciler have passed.
  assert.equal((await engine.ended(await order(other))).state, 'done');
  assert.equal((await engine.readTask(taskId)).state, 'awaiting_approval');
  assert.equal(await workflowOf(taskId), 'missing');
  assert.equal(await facesOf(accountId), 40);
  await engine.gateway().startTask({ taskId, generation: 1, requestId: null });
  await waitFor(
    'a workflow that was started by hand to end',
    async () => (await workflowOf(taskId)) === 'closed',
  );
  assert.deepEqual(
    [(await engine.readTask(taskId)).state, await facesOf(accountId)],
    ['awaiting_approval', 40],
  );
  await approve(taskId);
  const { state, done } = await engine.ended(taskId);
  assert.deepEqual([state, done, await facesOf(accountId)], ['done', 40, 0]);
});

test('an API that is killed between the approval and the start loses nothing: the reconciler starts it', async () => {
  const { accountId } = await engine.addFaces({ count: 20 });
  const taskId = await order(accountId);
  await engine.withClient(async (client) => {
    // Who admits reads the switch under a share lock: it waits until the API is gone.
    await client.query('begin');
    await client.query('select from maintenance for update');
    const answer = approve(taskId).catch(() => null);
    await waitFor(
      'the approval to be committed',
      async () => (await engine.readTask(taskId)).state === 'pending',
    );
    engine.running().kill('api', 'SIGKILL');
    await client.query('rollback');
    await answer;
  });
  const { state, done } = await engine.ended(taskId);
  assert.deepEqual([state, done], ['done', 20]);
});

test('what comes to match after the approval makes the task fail before more is removed than was approved', async () => {
  const { accountId } = await engine.addFaces({ count: 20 });
  const { accountId: other } = await engine.addFaces({ count: 6 });
  const taskId = await order(accountId);
  await call('PUT', '/maintenance', { active: true });
  await approve(taskId);
  await engine.db().query('update faces set account_id = $1 where account_id = $2', [accountId, other]);
  await call('PUT', '/maintenance', { active: false });
  const { state, failure, done } = await engine.ended(taskId);
  assert.equal(state, 'failed');
  assert.equal((failure as { error_code: number }).error_code, 28064);
  assert.ok(done <= 20, String(done));
  assert.equal(await facesOf(accountId), 26 - done);
  await call('PATCH', `/tasks/${taskId}`, { action: 'retry' });
  assert.equal((await engine.readTask(taskId)).state, 'awaiting_approval', 'a retry is approved again');
});

test('an approval expires while Temporal is away', async () => {
  const { accountId } = await engine.addFaces({ count: 20 });
  const taskId = await order(accountId);
  engine.running().kill('temporal', 'SIGKILL');
  await engine.db().query(`update approvals set expire_time = now() where task_id = $1`, [taskId]);
  await waitFor('it to be cancelled', async () => (await engine.readTask(taskId)).state === 'cancelled');
  const approval = (await call('GET', `/tasks/${taskId}`))['approval'] as { reason: string };
  assert.equal(approval.reason, 'approval expired');
});
