import type { UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import { versions, type Demo } from './story.ts';
import { countTables } from './tables.ts';
import { stepOf, type FollowedUpgrade, type StepJson } from './upgradeCalls.ts';

/** Slow enough that something can be killed in the middle of an extract, and of a removal. */
const secondsOfWork = 8;

/** An admin orders it; it goes on by itself from here, but for the approvals. */
export async function beginUpgrade({ story, upgrades, db }: Demo): Promise<number> {
  story.step(`A new network: upgrade faces and events from version ${versions.from} to ${versions.to}`);
  const { faces } = await countTables(db);
  const order = {
    to_version: versions.to,
    approve_before: ['verify', 'switch', 'watch', 'remove'],
    watch_for: '5s',
    objects_per_second: Math.ceil(faces / secondsOfWork),
  } as const;
  const { upgrade_id } = await upgrades.begin(order);
  story.say(`POST /4/upgrades ${JSON.stringify(order)} → upgrade ${upgrade_id}`);
  return upgrade_id;
}

/** Waits until the upgrade waits for it, and lets it go on. */
export async function approve(
  { story, upgrades }: Demo,
  upgradeId: number,
  step: UpgradeStep,
): Promise<FollowedUpgrade> {
  await upgrades.follow(upgradeId, (upgrade) => upgrade.step === step && upgrade.waits_for === 'approval');
  const upgrade = await upgrades.act(upgradeId, 'approve');
  story.say(`PATCH /4/upgrades/${upgradeId} {"action":"approve"} → the step ${step} can start`);
  return upgrade;
}

/** The ids of the tasks of a step, as soon as they are there. */
export async function tasksOf({ upgrades }: Demo, upgradeId: number, step: UpgradeStep) {
  const upgrade = await upgrades.follow(upgradeId, (one) => (stepOf(one, step)?.task_ids.length ?? 0) > 0);
  return [...(stepOf(upgrade, step)?.task_ids ?? [])].sort((one, other) => one - other);
}

/** The step as it stands when it is over. */
export async function whenDone(
  { upgrades, ledger, story }: Demo,
  upgradeId: number,
  step: UpgradeStep,
): Promise<StepJson> {
  const isOver = (one: FollowedUpgrade) => stepOf(one, step)?.state === 'done';
  const done = stepOf(await upgrades.follow(upgradeId, isOver), step);
  if (done === undefined) throw new Error(`upgrade ${upgradeId} has no step ${step}`);
  story.say(`the step ${step} is done`);
  ledger.expect(`step ${step}`, 'done', done.state);
  return done;
}
