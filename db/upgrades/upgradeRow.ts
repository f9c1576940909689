import type { StepReport } from '../../domain/upgrades/stepReport.ts';
import type {
  StepState,
  UpgradeContent,
  UpgradeRef,
  UpgradeState,
  UpgradeStep,
} from '../../domain/upgrades/upgrade.ts';
import type { Sql } from '../sql/connection.ts';
import type { UpgradeStepRef } from '../tasks/createTask.ts';

export interface UpgradeRow extends UpgradeContent, UpgradeRef {
  readonly state: UpgradeState;
  readonly createdBy: string | null;
  readonly createdByLogin: string;
  readonly createTime: Date;
  readonly lastUpdateTime: Date;
  readonly endTime: Date | null;
}

export interface StepRow {
  readonly stepNo: number;
  readonly step: UpgradeStep;
  readonly state: StepState;
  readonly checkId: number | null;
  readonly report: StepReport;
  /** Sentences: why somebody has to decide. */
  readonly reasons: readonly string[];
  /** Of `watch`: when it is over. */
  readonly dueTime: Date | null;
  readonly startTime: Date | null;
  readonly endTime: Date | null;
  /** Login of whoever approved it, or let it pass. */
  readonly decidedBy: string | null;
}

export const upgradeColumns = `u.upgrade_id "upgradeId", u.kind, u.objects, u.from_version "fromVersion", u.to_version "toVersion", u.state,
  u.settings, u.created_by "createdBy", u.created_by_login "createdByLogin", u.create_time "createTime",
  u.last_update_time "lastUpdateTime", u.end_time "endTime"`;

/** Without the report, which is long. */
export const stepColumns = `step_no "stepNo", step, state, check_id "checkId", reasons, due_time "dueTime", start_time "startTime",
  end_time "endTime", decided_by "decidedBy"`;

/** In SQL, of `upgrades`; the words of the index upgrades_open. */
export const isOpenUpgrade = `state not in ('rolled_back', 'done')`;

export const isOver = (state: UpgradeState): boolean => state === 'done' || state === 'rolled_back';

/** The upgrade, and its newest step; its row is the caller's until the transaction ends. */
export async function lockUpgrade(
  tx: Sql,
  upgradeId: number,
): Promise<{ readonly upgrade: UpgradeRow; readonly step: StepRow } | null> {
  const [upgrade] = await tx.query<UpgradeRow>(
    `select ${upgradeColumns} from upgrades u where upgrade_id = $1 for update`,
    [upgradeId],
  );
  const [step] = await tx.query<StepRow>(
    `select ${stepColumns}, report from upgrade_steps where upgrade_id = $1 order by step_no desc limit 1`,
    [upgradeId],
  );
  return upgrade === undefined || step === undefined ? null : { upgrade, step };
}

export async function moveUpgrade(tx: Sql, upgradeId: number, state: UpgradeState): Promise<void> {
  await tx.query(
    `update upgrades set state = $2, last_update_time = now(), end_time = case when $3 then now() end
     where upgrade_id = $1`,
    [upgradeId, state, isOver(state)],
  );
}

/** A step that is over keeps what it has. */
export async function addToReport(
  db: Sql,
  { upgradeId, stepNo }: UpgradeStepRef,
  found: StepReport,
): Promise<void> {
  await db.query(
    `update upgrade_steps set report = report || $3::jsonb
     where upgrade_id = $1 and step_no = $2 and state = 'running'`,
    [upgradeId, stepNo, JSON.stringify(found)],
  );
}

interface OpenOptions {
  readonly waits?: boolean;
  readonly dueTime?: Date | null;
}

/** Begins a step, or has it wait for its approval. */
export async function openStep(
  tx: Sql,
  { upgradeId, settings }: Pick<UpgradeRow, 'upgradeId' | 'settings'>,
  stepNo: number,
  step: UpgradeStep,
  { waits = settings.approve_before.includes(step), dueTime = null }: OpenOptions = {},
): Promise<void> {
  await tx.query(
    `insert into upgrade_steps (upgrade_id, step_no, step, state, start_time, due_time)
     values ($1, $2, $3, $4, case when $5 then null else now() end, $6)`,
    [upgradeId, stepNo, step, waits ? 'waiting' : 'running', waits, dueTime],
  );
  await moveUpgrade(tx, upgradeId, waits ? 'waiting' : 'running');
}
