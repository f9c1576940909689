import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDefaultVersionStore } from '../../../db/networks/defaultVersionStore.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { createUpgradeQueries } from '../../../db/upgrades/upgradeQueries.ts';
import { createUpgradeRuns } from '../../../db/upgrades/upgradeRuns.ts';
import { createUpgradeStore } from '../../../db/upgrades/upgradeStore.ts';
import { freezeUpgrade } from '../../../domain/upgrades/upgrade.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(2);
const rule = { objects: 1_000_000, expires: '3d' };
const abilities = { attributesVersion: null, hasExtractor: () => true };
const defaultVersions = createDefaultVersionStore(db, {
  defaultDescriptorVersion: 1,
  defaultBodyDescriptorVersion: 101,
});
const runs = createUpgradeRuns(db, {
  ...{ defaultVersions, abilities, hasFile: () => false, approvalRule: rule },
});

/** An administrator. */
async function actor(login: string) {
  const [row] = await db.query<{ id: string }>(
    `insert into accounts (account_id, login, password_hash, account_type)
     values (gen_random_uuid(), $1, '', 'admin') returning account_id id`,
    [login],
  );
  return { accountId: row?.id ?? '', login, requestId: null, remoteAddress: null };
}

test('the removal of an old version by an upgrade waits for another administrator, and the upgrade waits with it', async () => {
  const [first, second] = [await actor('first@example.com'), await actor('second@example.com')];
  const content = freezeUpgrade(
    { to_version: 3, objects: ['faces'], approve_before: [], watch_for: '0s' },
    { ...abilities, defaultVersions: await defaultVersions.read() },
  );
  const { upgradeId } = await createUpgradeStore(db).create(content, first);
  // Up to its removal nothing of it is of interest here.
  await db.query(`update upgrade_steps set state = 'done' where upgrade_id = $1`, [upgradeId]);
  await db.query(
    `insert into upgrade_steps (upgrade_id, step_no, step, state, start_time) values ($1, 6, 'remove', 'running', now())`,
    [upgradeId],
  );
  for (let look = 0; look < 3; look += 1) {
    assert.equal((await runs.advance({ upgradeId })).kind, 'wait');
  }
  const [task] = await db.query<{ id: number; state: string; orderer: string }>(
    `select t.task_id id, t.state, a.ordered_by_login orderer from tasks t join approvals a using (task_id)`,
  );
  assert.deepEqual([task?.state, task?.orderer], ['awaiting_approval', 'first@example.com']);
  const id = task?.id ?? 0;
  const approve = { decision: 'approve', reason: 'ticket 1', count: 0 } as const;
  const store = createTaskStore(db, rule);
  await assert.rejects(store.decide(id, approve, first), { error: 'ownApproval' });

  await createUpgradeStore(db).act(upgradeId, { action: 'pause' }, second);
  await store.decide(id, approve, second);
  const [paused] = await db.query<{ state: string }>('select state from tasks');
  assert.equal(paused?.state, 'paused', 'its upgrade is paused');
  await createUpgradeStore(db).act(upgradeId, { action: 'resume' }, second);
  const [going] = await db.query<{ state: string }>('select state from tasks');
  assert.equal(going?.state, 'pending');
  assert.equal((await createUpgradeQueries(db).find(upgradeId))?.state, 'running');
});
