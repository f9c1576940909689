import { DomainError } from '../../domain/errors.ts';
import {
  requireAction,
  stepToRepeat,
  upgradeNotFound,
  type UpgradeAction,
} from '../../domain/upgrades/actions.ts';
import type { UpgradeContent, UpgradeRef, UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { holdFromRemoval } from '../tasks/versionConflicts.ts';
import { placeOf } from './upgradePlace.ts';
import { lockUpgrade, moveUpgrade, openStep, type StepRow, type UpgradeRow } from './upgradeRow.ts';
import { controlUpgradeTasks } from './upgradeTasks.ts';

export interface AskedUpgradeAction {
  readonly action: UpgradeAction;
  /** Of `repeat`: which; absent: the present one. */
  readonly step?: UpgradeStep | undefined;
}

export type UpgradeStore = ReturnType<typeof createUpgradeStore>;

/** What admins do to upgrades: each one transaction with its line in the audit; the workflow is told afterwards. */
export function createUpgradeStore(db: Database) {
  return {
    /** @throws DomainError upgradeOpen | versionInUse */
    create: (content: UpgradeContent, actor: Actor): Promise<UpgradeRef> =>
      db.transaction((tx) => create(tx, content, actor)),

    /** @throws DomainError upgradeNotFound | cannotActOnUpgrade | upgradeOpen | cannotCancel | cannotPause */
    act: (upgradeId: number, asked: AskedUpgradeAction, actor: Actor): Promise<void> =>
      db.transaction((tx) => act(tx, upgradeId, asked, actor)),
  };
}

async function create(tx: Sql, content: UpgradeContent, actor: Actor): Promise<UpgradeRef> {
  const { kind, objects, fromVersion, toVersion, settings } = content;
  for (const version of [fromVersion, toVersion]) await holdFromRemoval(tx, kind, version);
  const [row] = await refusingSecond(() =>
    tx.query<UpgradeRef>(
      `insert into upgrades (kind, objects, from_version, to_version, settings, created_by, created_by_login)
       values ($1, $2, $3, $4, $5, $6, $7) returning upgrade_id "upgradeId"`,
      [kind, objects, fromVersion, toVersion, JSON.stringify(settings), actor.accountId, actor.login],
    ),
  );
  if (row === undefined) throw new Error('insert into upgrades returned no row');
  await openStep(tx, { ...row, settings }, 1, 'check');
  await recordAudit(tx, {
    ...{ actor, action: 'upgrade.create', objectType: 'upgrade', objectId: row.upgradeId },
    after: { kind, objects, from_version: fromVersion, to_version: toVersion, ...settings },
  });
  return row;
}

/** One at a time of each kind: an index says so, whoever is quicker. */
async function refusingSecond<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (sqlStateOf(error) !== sqlStates.uniqueViolation) throw error;
    throw new DomainError('upgradeOpen', 'another upgrade of this kind of descriptors is not over', {
      cause: error,
    });
  }
}

async function act(
  tx: Sql,
  upgradeId: number,
  { action, step: wanted }: AskedUpgradeAction,
  actor: Actor,
): Promise<void> {
  const locked = await lockUpgrade(tx, upgradeId);
  if (locked === null) throw upgradeNotFound(upgradeId);
  const { upgrade, step } = locked;
  const place = await placeOf(tx, upgrade, step);
  requireAction(place, action);
  const repeated = action === 'repeat' ? stepToRepeat(place, wanted) : null;
  await take(tx, upgrade, step, action, repeated, actor);
  await recordAudit(tx, {
    ...{ actor, action: `upgrade.${action}`, objectType: 'upgrade', objectId: upgradeId },
    before: { state: upgrade.state, step: step.step },
    ...(repeated === null ? {} : { after: { step: repeated } }),
  });
}

/** A watch that something has ended before its time. */
function isCutShort({ step, state, report }: StepRow): boolean {
  return step === 'watch' && state === 'undecided' && report.verification === undefined;
}

async function take(
  tx: Sql,
  upgrade: UpgradeRow,
  step: StepRow,
  action: UpgradeAction,
  repeated: UpgradeStep | null,
  actor: Actor,
): Promise<void> {
  const { upgradeId } = upgrade;
  switch (action) {
    case 'approve':
      // One that waits begins now; of one that has ended, what it found is accepted.
      await tx.query(
        `update upgrade_steps set decided_by = $3, start_time = coalesce(start_time, now()),
           state = case state when 'waiting' then 'running' else 'done' end
         where upgrade_id = $1 and step_no = $2`,
        [upgradeId, step.stepNo, actor.login],
      );
      // What went wrong with some late objects does not end the watch for others.
      if (isCutShort(step)) {
        return openStep(tx, upgrade, step.stepNo + 1, 'watch', { waits: false, dueTime: step.dueTime });
      }
      return moveUpgrade(tx, upgradeId, 'running');
    case 'repeat':
      await controlUpgradeTasks(tx, upgradeId, 'cancel');
      await tx.query(
        `update upgrade_steps set state = 'done', end_time = coalesce(end_time, now())
         where upgrade_id = $1 and step_no = $2`,
        [upgradeId, step.stepNo],
      );
      await openStep(tx, upgrade, step.stepNo + 1, repeated ?? step.step);
      return;
    case 'pause':
      await controlUpgradeTasks(tx, upgradeId, 'pause');
      return moveUpgrade(tx, upgradeId, 'paused');
    case 'resume':
      await controlUpgradeTasks(tx, upgradeId, 'resume');
      return moveUpgrade(
        tx,
        upgradeId,
        step.state === 'running' || step.state === 'done' ? 'running' : 'waiting',
      );
    case 'roll_back':
      await controlUpgradeTasks(tx, upgradeId, 'cancel');
      await refusingSecond(() => moveUpgrade(tx, upgradeId, 'rolling_back'));
      return;
  }
}
