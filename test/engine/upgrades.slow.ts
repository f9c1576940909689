import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UpgradeJson, UpgradeStepJson } from '../../api/upgrades/present.ts';
import { createApiClient } from '../../commands/cli/apiClient.ts';
import type { StepReport } from '../../domain/upgrades/stepReport.ts';
import { upgradeSteps, type UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

type Upgrade = UpgradeJson & {
  readonly steps: readonly (UpgradeStepJson & { readonly report: StepReport })[];
};

const password = 'a password of the tests';
const faces = 120;

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({
    ...{ workers: twoWorkers, ownServers: true },
    env: { PART_SIZE_EXTRACT: '20', ADMIN_PASSWORD: password },
  });
});

after(() => engine.stop());

const api = () =>
  createApiClient({
    ...{ url: engine.running().apiUrl, login: engine.running().config.adminLogin, password },
  });

const read = (upgradeId: number): Promise<Upgrade> => api().get<Upgrade>(`/upgrades/${upgradeId}`);

/** Whatever is away for a moment is asked again. */
const until = (what: string, upgradeId: number, holds: (upgrade: Upgrade) => boolean): Promise<Upgrade> =>
  waitFor(
    what,
    async () => {
      const upgrade = await read(upgradeId).catch(() => null);
      return upgrade !== null && holds(upgrade) && upgrade;
    },
    { everyMs: 50, limitMs: 120_000 },
  );

/** With kill -9, all at once. */
function killEverything(): void {
  for (const name of ['worker-1', 'worker-2', 'api', 'temporal']) engine.running().kill(name, 'SIGKILL');
  engine.running().kill('postgres', 'SIGQUIT');
}

test('an upgrade goes on by itself after everything was killed in the middle of each of its steps, and is rolled back to the last row', async (t) => {
  const { accountId, faceIds } = await engine.addFaces({ count: faces, images: warps });
  await engine.snapshot();
  const before = await oldRows();
  const { upgrade_id } = await api().post<Upgrade>('/upgrades', {
    to_version: 3,
    objects: ['faces'],
    approve_before: ['switch', 'remove'],
    watch_for: '4s',
    objects_per_second: 25,
  });

  for (const step of upgradeSteps) {
    const hasCome = (one: Upgrade) => upgradeSteps.indexOf(one.step) >= upgradeSteps.indexOf(step);
    const reached = await until(`the step ${step}`, upgrade_id, hasCome);
    if (reached.step === step && reached.waits_for === 'approval')
      await api().patch(`/upgrades/${upgrade_id}`, { action: 'approve' });
    await inTheMiddle(upgrade_id, step);
    killEverything();
    t.diagnostic(`everything was killed in the step ${step}`);
  }
  const done = await until('the upgrade to be done', upgrade_id, ({ state }) => state === 'done');

  assert.deepEqual(
    done.steps.map(({ step, state, reasons }) => [step, state, reasons]),
    upgradeSteps.map((step) => [step, 'done', []]),
  );
  const verified = done.steps.find(({ step }) => step === 'watch')?.report as unknown as {
    verification: { objects: { hold_from: number; hold_both: number }[] };
  };
  assert.deepEqual(
    verified.verification.objects.map(({ hold_from, hold_both }) => [hold_from, hold_both]),
    [[faces, faces]],
  );
  const held = await engine.db().query<{ version: number; count: number }>(
    `select descriptor_version as version, count(*) from face_descriptors join faces using (face_id)
       where account_id = $1 group by 1`,
    [accountId],
  );
  assert.deepEqual(held, [{ version: 3, count: faceIds.length }]);
  const defaults = await engine.db().query('select kind, version from default_versions');
  assert.deepEqual(defaults, [{ kind: 'face', version: 3 }]);
  const taskIds = done.steps.flatMap(({ task_ids }) => task_ids);
  assert.equal(taskIds.length, 2);
  assert.deepEqual(await engine.audit(taskIds), []);

  assert.notDeepEqual(await oldRows(), before);
  await api().patch(`/upgrades/${upgrade_id}`, { action: 'roll_back' });
  killEverything();
  await until('the upgrade to be rolled back', upgrade_id, ({ state }) => state === 'rolled_back');
  assert.deepEqual(await oldRows(), before);
  assert.deepEqual(await engine.db().query('select kind, version from default_versions'), [
    { kind: 'face', version: 1 },
  ]);
});

/** One hash of all descriptors of the old version. */
const oldRows = () =>
  engine
    .db()
    .query(
      `select count(*), sum(hashtextextended(d::text, 0)::numeric)::text hash from face_descriptors d where descriptor_version = 1`,
    );

/** Something of the step is under way, or it has just passed: neither a switch nor the removal of a partition takes long. */
async function inTheMiddle(upgradeId: number, step: UpgradeStep): Promise<void> {
  await until(`the middle of ${step}`, upgradeId, (one) => {
    if (one.step !== step) return true;
    const row = one.steps.findLast((other) => other.step === step);
    if (row?.state === 'done') return true;
    if (row?.state !== 'running') return false;
    if (step === 'check') return row.check_id !== null;
    const dealtWith = (one.progress?.objects_done ?? 0) > 0;
    return step === 'extract' || step === 'remove' ? row.task_ids.length > 0 && dealtWith : true;
  });
}
