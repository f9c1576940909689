import type { EngineTask } from '../domain/tasks/engineTask.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { isFinal } from '../domain/tasks/task.ts';
import type { Database, Sql } from './connection.ts';
import { findEngineTask } from './engineTask.ts';
import { cutFew, cutWindow, type Cut } from './partCut.ts';
import { selectsFew } from './selectivity.ts';
import { planWhole } from './wholePartition.ts';

export interface PlanOptions {
  readonly partSizes: Readonly<Record<'gc' | 'extract', number>>;
  /** Parts that one step plans at most: bounds the length of its transaction. */
  readonly partsPerStep?: number;
  /** Rows that one step passes at most, whether they are selected or not; bounds it too. */
  readonly rowsPerStep?: number;
  /** How long a call may cut parts beyond those that it answers, so that a long task's end is soon foreseen. Default: 0. */
  readonly aheadMs?: number;
}

export interface PlanStep {
  /** Numbers of the next parts that are not done, ascending. */
  readonly parts: number[];
  /** Whether no part follows the last of `parts`. */
  readonly planned: boolean;
}

export type PartPlan = ReturnType<typeof createPartPlan>;

const defaults = {
  // Few, so that the first parts run while the next ones are being cut.
  partsPerStep: 8,
  // Index entries alone: 0.1 s a step.
  rowsPerStep: 400_000,
  aheadMs: 0,
};
// Steps that found nothing, or cut ahead, in one call: a few seconds, so that neither a pause nor a history waits for them.
const stepsPerCall = 20;

/**
 * Cuts what a task selects into parts: key ranges of at most so many objects, found from where the last step stopped,
 * one transaction a step. How a step walks is decided anew each time: docs/decisions/0012.
 */
export function createPartPlan(db: Database, wishes: PlanOptions) {
  const options = { ...defaults, ...wishes };
  return {
    /**
     * The open parts after number `after`, cutting new ones when too few are left. Harmless when repeated. The first
     * call answers as soon as it can; the others, whose parts nobody waits for yet, cut ahead.
     */
    next: async (ref: TaskRef, after: number): Promise<PlanStep> => {
      const aheadUntil = performance.now() + (after === 0 ? 0 : options.aheadMs);
      for (let step = 1; ; step += 1) {
        const ahead = performance.now() < aheadUntil;
        const { goesOn, ...found } = await db.transaction((tx) => planStep(tx, ref, after, options, ahead));
        const isEnough = found.parts.length > 0 && performance.now() >= aheadUntil;
        if (!goesOn || isEnough || step === stepsPerCall) return found;
      }
    },
  };
}

async function planStep(
  tx: Sql,
  ref: TaskRef,
  after: number,
  options: Required<PlanOptions>,
  ahead: boolean,
): Promise<PlanStep & { readonly goesOn: boolean }> {
  const task = await findEngineTask(tx, ref, 'for no key update');
  if (task === null || isFinal(task.state)) return { parts: [], planned: true, goesOn: false };
  const most = 2 * options.partsPerStep;
  const known = await openParts(tx, task.taskId, after, most);
  const isEnough = known.length >= options.partsPerStep && !ahead;
  if (isEnough || task.planDone) {
    return { parts: known, planned: task.planDone && known.length < most, goesOn: false };
  }
  const isLast = (await planWhole(tx, task)) || (await cutParts(tx, task, options)).isLast;
  const parts = await openParts(tx, task.taskId, after, most);
  return {
    ...{ parts, planned: isLast && parts.length < most },
    goesOn: !isLast && task.desiredState === 'run',
  };
}

async function openParts(tx: Sql, taskId: number, after: number, limit: number): Promise<number[]> {
  const rows = await tx.query<{ part_no: number }>(
    `select part_no from subtasks where task_id = $1 and part_no > $2 and state in ('pending', 'running')
     order by part_no limit $3`,
    [taskId, after, limit],
  );
  return rows.map(({ part_no }) => part_no);
}

async function cutParts(tx: Sql, task: EngineTask, options: Required<PlanOptions>): Promise<Cut> {
  const sizes = {
    part: options.partSizes[task.kind],
    parts: options.partsPerStep,
    rows: options.rowsPerStep,
  };
  const few = (await selectsFew(tx, task)) ? await cutFew(tx, task, sizes) : null;
  const cut = few ?? (await cutWindow(tx, task, sizes));
  await tx.query(
    `update tasks set plan_cursor = coalesce($2::uuid, plan_cursor), plan_done = $3,
       objects_expected = objects_expected + $4,
       parts_all = (select count(*) from subtasks where task_id = $1),
       state = case when state = 'planning' and $3 then 'running' else state end,
       last_update_time = now(), lock_version = lock_version + 1
     where task_id = $1`,
    [task.taskId, cut.cursor, cut.isLast, cut.objects],
  );
  return cut;
}
