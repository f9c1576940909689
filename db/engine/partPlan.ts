import type { TaskFailure } from '../../domain/tasks/books.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { findEngineTask } from './engineTask.ts';
import { refuseBeyondLimit } from './objectsLimit.ts';
import { explainFailure, toStoredFailure } from './faults.ts';
import { indexAside } from '../gc/aside.ts';
import { nextDays } from '../gc/wholeDays.ts';
import { cutFew, cutWindow, type Cut, type StepSizes } from './partCut.ts';
import { keepPlannedKeys } from './plannedKeys.ts';
import { selectsFew } from '../selection/selectivity.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { UnwantedError, watchedTransaction } from '../sql/watchedTransaction.ts';
import { cutWhole } from './wholePartition.ts';

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
  /** The task's row says why nothing more was cut. */
  readonly stopped?: true;
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
// Of parts and rows, where the database allows its statements so little time.
const smallestShare = 1 / 1_024;

/**
 * Cuts what a task selects into parts: key ranges of at most so many objects, found from where the last step stopped.
 * Objects are read, and their locks waited for, in a transaction that holds nothing; the parts are written in a short
 * one, if nobody else has written them meanwhile. How a step walks is decided anew each time: docs/decisions/0012.
 */
export function createPartPlan(db: Database, wishes: PlanOptions) {
  const options = { ...defaults, ...wishes };
  let share = 1;

  const cut = async (task: EngineTask): Promise<Cut> => {
    for (;;) {
      try {
        return await cutParts(db, task, sizesOf(task, options, share));
      } catch (error) {
        // The role's own limit of time: less at once may pass.
        if (sqlStateOf(error) !== sqlStates.queryCanceled || share <= smallestShare) throw error;
        share /= 4;
      }
    }
  };

  return {
    /**
     * The open parts after number `after`, cutting new ones when too few are left. Harmless when repeated. The first
     * call answers as soon as it can; the others, whose parts nobody waits for yet, cut ahead. What keeps it from
     * cutting is shown as the task's failure until it succeeds.
     * @throws DomainError lockHeld
     */
    next: async (ref: TaskRef, after: number): Promise<PlanStep> => {
      const aheadUntil = performance.now() + (after === 0 ? 0 : options.aheadMs);
      for (let step = 1; ; step += 1) {
        const task = await findEngineTask(db, ref);
        if (task === null || isFinal(task.state)) return { parts: [], planned: true };
        const most = 2 * options.partsPerStep;
        const known = await openParts(db, task.taskId, after, most);
        if (task.planDone) return { parts: known, planned: known.length < most };
        if (task.desiredState !== 'run') return { parts: known, planned: false, stopped: true };
        const enough = step === 1 ? options.partsPerStep : 1;
        const isEnough = known.length >= enough && performance.now() >= aheadUntil;
        if (isEnough || step > stepsPerCall) return { parts: known, planned: false };
        try {
          await writeParts(db, task, await cut(task));
        } catch (error) {
          if (error instanceof UnwantedError) return { parts: known, planned: false, stopped: true };
          await keepStuck(db, ref, explainFailure(error));
          throw error;
        }
      }
    },
  };
}

function sizesOf(task: EngineTask, options: Required<PlanOptions>, share: number): StepSizes {
  const shareOf = (size: number): number => Math.max(1, Math.floor(size * share));
  return {
    part: shareOf(options.partSizes[task.kind]),
    parts: options.partsPerStep,
    rows: shareOf(options.rowsPerStep),
  };
}

async function openParts(db: Sql, taskId: number, after: number, limit: number): Promise<number[]> {
  const rows = await db.query<{ part_no: number }>(
    `select part_no from subtasks where task_id = $1 and part_no > $2 and state in ('pending', 'running')
     order by part_no limit $3`,
    [taskId, after, limit],
  );
  return rows.map(({ part_no }) => part_no);
}

/** @throws UnwantedError when the task is to stop, or somebody else has planned on */
function cutParts(db: Database, task: EngineTask, sizes: StepSizes): Promise<Cut> {
  return watchedTransaction(
    db,
    (aside) => isWanted(aside, task),
    async (tx) => {
      const whole = await cutWhole(tx, task);
      if (whole !== null) return whole;
      const days = await nextDays(tx, task);
      if (days?.kind === 'whole') return days.cut;
      await indexAside(tx, task);
      const few = (await selectsFew(tx, task)) ? await cutFew(tx, task, sizes) : null;
      return few ?? (await cutWindow(tx, task, sizes, days?.upTo ?? null));
    },
  );
}

async function isWanted(aside: Pick<Sql, 'query'>, task: EngineTask): Promise<boolean> {
  const [row] = await aside.query<{ wanted: boolean }>(
    `select desired_state = 'run' and plan_cursor is not distinct from $3::uuid and not plan_done as wanted
     from tasks where task_id = $1 and generation = $2`,
    [task.taskId, task.generation, task.planCursor],
  );
  return row?.wanted === true;
}

/** Writes what was cut, unless the task has ended or was planned on meanwhile: then it is cut anew. */
async function writeParts(
  db: Database,
  { taskId, generation, planCursor }: EngineTask,
  { bounds, cursor, isLast, isSparse, isWhole }: Cut,
): Promise<void> {
  await db.transaction(async (tx) => {
    const now = await findEngineTask(tx, { taskId, generation }, 'for no key update');
    if (now === null || isFinal(now.state) || now.planDone || now.planCursor !== planCursor) return;
    const objects = bounds.reduce((sum, one) => sum + one.objects, 0);
    await refuseBeyondLimit(tx, now, objects);
    if (bounds.length > 0) {
      const parts = await tx.query<{ partNo: number }>(
        `insert into subtasks (task_id, part_no, from_key, to_key, expected, sparse, whole)
         select $1, (select coalesce(max(part_no), 0) from subtasks where task_id = $1) + n,
           coalesce(lag(to_key) over (order by n), $2), to_key, objects, $3, $4
         from unnest($5::uuid[], $6::bigint[]) with ordinality as bounds (to_key, objects, n)
         returning part_no as "partNo"`,
        [
          ...[taskId, planCursor, isSparse, isWhole],
          bounds.map(({ toKey }) => toKey),
          bounds.map(({ objects }) => objects),
        ],
      );
      const first = Math.min(...parts.map(({ partNo }) => partNo));
      const planned = bounds.flatMap(({ keys }, n) => (keys === null ? [] : [{ partNo: first + n, keys }]));
      await keepPlannedKeys(tx, taskId, planned);
    }
    await tx.query(
      `update tasks set plan_cursor = coalesce($2::uuid, plan_cursor), plan_done = $3,
         objects_expected = objects_expected + $4, parts_all = parts_all + $5,
         state = case when state = 'planning' and $3 then 'running' else state end, failure = null, stuck_since = null,
         last_update_time = now(), lock_version = lock_version + 1
       where task_id = $1`,
      [taskId, cursor, isLast, objects, bounds.length],
    );
  });
}

/** Shown while the next attempt is waited for. */
async function keepStuck(db: Sql, { taskId, generation }: TaskRef, failure: TaskFailure): Promise<void> {
  await db
    .query(
      `update tasks set failure = $3::jsonb, stuck_since = coalesce(stuck_since, now()), last_update_time = now()
       where task_id = $1 and generation = $2 and state in ('planning', 'running')`,
      [taskId, generation, JSON.stringify(toStoredFailure(failure))],
    )
    // The database is away itself; the error that it is told of goes on.
    .catch(() => undefined);
}
