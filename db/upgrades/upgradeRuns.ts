import { DomainError } from '../../domain/errors.ts';
import type { StepInquiry, StepReport } from '../../domain/upgrades/stepReport.ts';
import { stepAfter, type UpgradeRef } from '../../domain/upgrades/upgrade.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { rollBack } from './rollBack.ts';
import type { UpgradeStepRef } from '../tasks/createTask.ts';
import type { StepContext, StepDeps, StepLook, Wait } from './stepContext.ts';
import { steps } from './steps.ts';
import {
  addToReport,
  isOpenUpgrade,
  isOver,
  lockUpgrade,
  moveUpgrade,
  openStep,
  type StepRow,
  type UpgradeRow,
} from './upgradeRow.ts';
import { listUpgradeTasks } from './upgradeTasks.ts';

/** What the workflow of an upgrade does next. */
export type NextMove =
  /** Nothing any more. */
  { readonly kind: 'over' } | { readonly kind: 'moved' } | Wait | ({ readonly kind: 'inquire' } & InquiryRef);

/** What a worker has to find out for a step. */
export interface InquiryRef extends UpgradeStepRef {
  readonly inquiry: StepInquiry;
}

export interface Inquired {
  readonly upgrade: UpgradeRow;
  readonly taskIds: readonly number[];
}

/** Until somebody acts; the workflow is told then, and looks by itself in case that got lost. */
const untilTold = { kind: 'wait', seconds: 300 } as const;
const untilMaintenanceEnds = { kind: 'wait', seconds: 15 } as const;

export type UpgradeRuns = ReturnType<typeof createUpgradeRuns>;

/** An upgrade as its workflow moves it. Each method may run twice. */
export function createUpgradeRuns(db: Database, deps: StepDeps) {
  return {
    /** Looks where the upgrade stands, does what comes next, and says what to wait for. */
    advance: ({ upgradeId }: UpgradeRef): Promise<NextMove> =>
      db.transaction((tx) => advance(tx, upgradeId, deps)),

    /** null: the step is over, or has been told already. */
    findInquired: async ({ upgradeId, stepNo }: InquiryRef): Promise<Inquired | null> =>
      db.transaction(async (tx) => {
        const locked = await lockUpgrade(tx, upgradeId);
        if (locked?.step.stepNo !== stepNo || locked.upgrade.state !== 'running') return null;
        const tasks = await listUpgradeTasks(tx, upgradeId);
        return { upgrade: locked.upgrade, taskIds: tasks.map(({ taskId }) => taskId) };
      }),

    /** What was found out, or why nothing was; a step that is over keeps what it has. */
    keep: (ref: UpgradeStepRef, found: StepReport): Promise<void> => addToReport(db, ref, found),

    /** Those that are not over, whose order is not just being given. */
    open: (limit: number): Promise<UpgradeRef[]> =>
      db.query<UpgradeRef>(
        `select upgrade_id "upgradeId" from upgrades where ${isOpenUpgrade}
           and last_update_time < now() - interval '2 seconds' order by upgrade_id limit $1`,
        [limit],
      ),
  };
}

async function advance(tx: Sql, upgradeId: number, deps: StepDeps): Promise<NextMove> {
  const locked = await lockUpgrade(tx, upgradeId);
  if (locked === null || isOver(locked.upgrade.state)) return { kind: 'over' };
  const { upgrade, step } = locked;
  if (upgrade.state === 'rolling_back') return rollBack({ tx, upgrade, step, deps });
  if (upgrade.state !== 'running') return untilTold;
  // Its tasks are held by the maintenance; neither a verification nor the switch of the default may go past them.
  const maintenance = await tx.query('select from maintenance where active for share');
  if (maintenance.length > 0) return untilMaintenanceEnds;
  if (step.state === 'done') return goOn(tx, upgrade, step);
  const look = await lookAtStep({ tx, upgrade, step, deps });
  switch (look.kind) {
    case 'wait':
      return look;
    case 'inquire':
      return { kind: 'inquire', upgradeId, stepNo: step.stepNo, inquiry: look.inquiry };
    case 'ended': {
      const isDecided = look.reasons.length === 0;
      await tx.query(
        `update upgrade_steps set state = $3, reasons = $4, end_time = now() where upgrade_id = $1 and step_no = $2`,
        [upgradeId, step.stepNo, isDecided ? 'done' : 'undecided', look.reasons],
      );
      if (isDecided) return goOn(tx, upgrade, step);
      await moveUpgrade(tx, upgradeId, 'waiting');
      return { kind: 'moved' };
    }
  }
}

/** What a step may not do, somebody has to know; what it has begun meanwhile is undone. */
async function lookAtStep(context: StepContext): Promise<StepLook> {
  const { tx, step } = context;
  await tx.query('savepoint look');
  try {
    return await steps[step.step](context);
  } catch (error) {
    if (!(error instanceof DomainError) || error.entry.retryable) throw error;
    await tx.query('rollback to savepoint look');
    return { kind: 'ended', reasons: [`${error.entry.desc}: ${error.detail}.`] };
  }
}

async function goOn(tx: Sql, upgrade: UpgradeRow, step: StepRow): Promise<NextMove> {
  const next = stepAfter(step.step);
  if (next === null) {
    await moveUpgrade(tx, upgrade.upgradeId, 'done');
    return { kind: 'over' };
  }
  await openStep(tx, upgrade, step.stepNo + 1, next);
  return { kind: 'moved' };
}
