import type { Database } from '../../db/sql/connection.ts';
import type { TaskState } from '../../domain/tasks/task.ts';
import {
  upgradeSteps,
  type StepState,
  type UpgradeState,
  type UpgradeStep,
} from '../../domain/upgrades/upgrade.ts';
import type { StepReport } from '../../domain/upgrades/stepReport.ts';
import { insertTask } from './taskRows.ts';

export interface UpgradeRowOptions {
  readonly kind: 'face' | 'body';
  readonly state: UpgradeState;
  /** The newest step; those before are done. */
  readonly step: UpgradeStep;
  readonly stepState: StepState;
  readonly reasons: readonly string[];
  /** Of these steps, as far as they have come. */
  readonly reports: Partial<Record<UpgradeStep, StepReport>>;
  /** A task of the step, for each of them that has come. */
  readonly tasks: Partial<Record<UpgradeStep, UpgradeTaskOptions>>;
  /** Of `watch`. */
  readonly dueTime: Date | null;
}

export interface UpgradeTaskOptions {
  readonly state: TaskState;
  readonly expected?: number;
  readonly done?: number;
  readonly failed?: number;
}

/** The rate of a task that runs. */
export const ratePerSecond = 100;

/** An upgrade from version 1 to 3, as its workflow would have left it. */
export async function insertUpgrade(
  db: Database,
  overrides: Partial<UpgradeRowOptions> = {},
): Promise<{ readonly upgradeId: number; readonly taskIds: readonly number[] }> {
  const row: UpgradeRowOptions = {
    ...{ kind: 'face', state: 'running', step: 'check', stepState: 'running' },
    ...{ reasons: [], reports: {}, tasks: {}, dueTime: null },
    ...overrides,
  };
  const [upgrade] = await db.query<{ upgrade_id: number }>(
    `insert into upgrades (kind, objects, from_version, to_version, state, settings, created_by_login, create_time, end_time)
     values ($1, $2, $3, $4, $5, $6, 'root@visionlabs.ai', now() - interval '1 hour', case when $7 then now() end)
     returning upgrade_id`,
    [
      ...[
        row.kind,
        row.kind === 'face' ? ['faces', 'events'] : ['events'],
        ...(row.kind === 'face' ? [1, 3] : [101, 102]),
      ],
      ...[row.state, JSON.stringify(settings), row.state === 'done' || row.state === 'rolled_back'],
    ],
  );
  const upgradeId = upgrade?.upgrade_id ?? 0;
  const last = upgradeSteps.indexOf(row.step);
  const taskIds: number[] = [];
  for (const [place, step] of upgradeSteps.slice(0, last + 1).entries()) {
    const isNewest = place === last;
    const state = isNewest ? row.stepState : 'done';
    await db.query(
      `insert into upgrade_steps (upgrade_id, step_no, step, state, report, reasons, due_time, decided_by, start_time, end_time)
       values ($1, $2, $3, $4, $5, $6, $7, $8,
         case when $4 <> 'waiting' then now() - interval '1 hour' + $2::int * interval '5 minutes' end,
         case when $4 in ('done', 'undecided') then now() - interval '55 minutes' + $2::int * interval '5 minutes' end)`,
      [
        ...[upgradeId, place + 1, step, state, JSON.stringify(row.reports[step] ?? {})],
        ...[isNewest ? row.reasons : [], step === 'watch' ? row.dueTime : null],
        settings.approve_before.includes(step) && state !== 'waiting' ? 'root@visionlabs.ai' : null,
      ],
    );
    const task = row.tasks[step];
    if (task !== undefined) taskIds.push(await insertUpgradeTask(db, { upgradeId, step }, place + 1, task));
  }
  return { upgradeId, taskIds };
}

const settings = {
  approve_before: ['switch', 'remove'],
  ...{ min_coverage: 0.99, max_failed: 0.01, watch_seconds: 604_800 },
  ...{ objects_per_second: null, error_budget: null, undo_window: '7d', priority: 3 },
};

async function insertUpgradeTask(
  db: Database,
  { upgradeId, step }: { readonly upgradeId: number; readonly step: UpgradeStep },
  stepNo: number,
  task: UpgradeTaskOptions,
): Promise<number> {
  const taskId = await insertTask(db, {
    ...task,
    description: `Upgrade ${upgradeId}, version 1 to 3: ${step} faces`,
    ...(step === 'remove'
      ? { taskType: 4, content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } }
      : {}),
  });
  await db.query('update tasks set upgrade_id = $2, upgrade_step = $3 where task_id = $1', [
    ...[taskId, upgradeId, stepNo],
  ]);
  // As domain/tasks/rate.ts reads it, after the ten seconds that such a task has been at work.
  await db.query('update subtasks set recent = $2, recent_at_ms = 10000 where task_id = $1 and part_no = 2', [
    ...[taskId, ratePerSecond * 30 * (1 - Math.exp(-1 / 3))],
  ]);
  return taskId;
}

/** As its workflow does when it goes on; pages look for it by themselves. */
export async function moveStep(
  db: Database,
  upgradeId: number,
  { state, stepState }: Pick<UpgradeRowOptions, 'state' | 'stepState'>,
): Promise<void> {
  await db.query('update upgrades set state = $2, last_update_time = now() where upgrade_id = $1', [
    upgradeId,
    state,
  ]);
  await db.query(
    `update upgrade_steps set state = $2 where upgrade_id = $1
       and step_no = (select max(step_no) from upgrade_steps where upgrade_id = $1)`,
    [upgradeId, stepState],
  );
}
