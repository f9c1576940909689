import { setTimeout as delay } from 'node:timers/promises';
import type { Books } from '../../domain/tasks/books.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import { outcomeOf, type TaskEnd } from '../../domain/tasks/outcome.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { isFinal, type DesiredState } from '../../domain/tasks/task.ts';
import { takeAction, type TakenAction } from './askedAction.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { findEngineTask } from './engineTask.ts';
import { closeUndoWindow } from '../gc/undoWindows.ts';
import { isToSum } from './partSums.ts';
import { toStoredFailure } from './faults.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';

export interface LoadedTask {
  readonly kind: 'gc' | 'extract';
  /** `gone`: finished, removed, or alive in another generation. */
  readonly desired: DesiredState | 'gone';
  readonly windowSize: number | null;
  readonly priority: number;
}

/** `unfinished`: the rows say that something is left to do; nothing was written. */
export type Ending = 'ended' | 'unfinished';

export type TaskLifecycle = ReturnType<typeof createTaskLifecycle>;

export interface FailedTask {
  readonly taskId: number;
  readonly kind: 'gc' | 'extract';
  /** Whether a schedule made it. */
  readonly isScheduled: boolean;
}

export interface TaskLifecycleListener {
  /** Hears of each order of an admin that was carried out. */
  readonly onTaken?: (taken: TakenAction) => void;
  /** Hears once of each task that has failed. */
  readonly onTaskFailed?: (failed: FailedTask) => void;
}

/** The task's own row, as its workflow moves it from the first state to the last. Each method may run twice. */
export function createTaskLifecycle(db: Database, { onTaken, onTaskFailed }: TaskLifecycleListener = {}) {
  const moving = async <T>(
    move: (tx: Sql) => Promise<{ taken: TakenAction | null; answer: T }>,
  ): Promise<T> => {
    const { taken, answer } = await db.transaction(move);
    if (taken !== null) onTaken?.(taken);
    return answer;
  };
  return {
    /** Marks the task as being worked on, unless something else is desired, and says what is. */
    load: (ref: TaskRef): Promise<LoadedTask> => moving((tx) => load(tx, ref)),

    /** No part runs any more: a task that is to pause is paused now. */
    pause: (ref: TaskRef): Promise<void> => moving((tx) => pause(tx, ref)),

    collect: async (ref: TaskRef): Promise<void> => {
      await db.query(
        `update tasks set state = 'collecting', last_update_time = now(), lock_version = lock_version + 1
         where task_id = $1 and generation = $2 and state in ('planning', 'running', 'pausing')`,
        [ref.taskId, ref.generation],
      );
    },

    /**
     * Writes the task's end. It first locks the parts, which waits for batches that are being committed, and revokes
     * their claims: after this transaction no batch of the task can commit. What it ends as is a rule of the domain.
     */
    finish: async (ref: TaskRef, end: TaskEnd): Promise<Ending> => {
      const ended = await finishPatiently(() => moving((tx) => finish(tx, ref, end)));
      if (ended === 'unfinished') return ended;
      if (ended.failed !== null) onTaskFailed?.(ended.failed);
      return 'ended';
    },

    /** Sums so far, without what is being done again; what the error budget is judged by. */
    sums: (taskId: number): Promise<Pick<Books, 'done' | 'failed' | 'skipped'>> => sums(db, taskId),
  };
}

// Whoever wants something of the task waits for its row as long as the end waits for a part's.
const partLockTimeout = '300ms';
const finishTries = 30;

/** Waits for the parts' batches without keeping the task's row: an admin's order must not wait behind them. */
async function finishPatiently<T>(finishOnce: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await finishOnce();
    } catch (error) {
      if (attempt === finishTries || sqlStateOf(error) !== sqlStates.lockNotAvailable) throw error;
      await delay(50);
    }
  }
}

const stopClock = `running_ms = running_ms + coalesce((extract(epoch from now() - running_since) * 1000)::bigint, 0),
  running_since = null`;

// What a retry leaves out is not planned either.
const isPlanned = 'plan_done or rest_state is not null';

type Moved<T> = Promise<{ taken: TakenAction | null; answer: T }>;

async function load(tx: Sql, ref: TaskRef): Moved<LoadedTask> {
  const task = await findEngineTask(tx, ref, 'for no key update');
  if (task === null || isFinal(task.state)) {
    return { taken: null, answer: { kind: 'gc', desired: 'gone', windowSize: null, priority: 3 } };
  }
  let taken: TakenAction | null = null;
  if (task.desiredState === 'run') {
    await tx.query(
      `update tasks set state = case when ${isPlanned} then 'running' else 'planning' end,
         running_since = coalesce(running_since, now()), admitted = true, last_update_time = now(), lock_version = lock_version + 1
       where task_id = $1 and (state in ('pending', 'paused', 'pausing', 'collecting')
         or (state = 'running' and not (${isPlanned})) or running_since is null)`,
      [task.taskId],
    );
    taken = await takeAction(tx, task.taskId, ['resume', 'retry']);
  }
  const { kind, desiredState: desired, windowSize, priority } = task;
  return { taken, answer: { kind, desired, windowSize, priority } };
}

async function pause(tx: Sql, ref: TaskRef): Moved<void> {
  const [paused] = await tx.query<{ task_id: number }>(
    `update tasks set state = 'paused', ${stopClock}, failure = null, stuck_since = null, last_update_time = now(), lock_version = lock_version + 1
     where task_id = $1 and generation = $2 and desired_state = 'pause' and state not in ('paused', 'cancelled', 'failed', 'done')
     returning task_id`,
    [ref.taskId, ref.generation],
  );
  const taken = paused === undefined ? null : await takeAction(tx, paused.task_id, ['pause']);
  return { taken, answer: undefined };
}

async function finish(
  tx: Sql,
  ref: TaskRef,
  end: TaskEnd,
): Moved<'unfinished' | { readonly failed: FailedTask | null }> {
  const task = await findEngineTask(tx, ref, 'for no key update');
  if (task === null || isFinal(task.state)) return { taken: null, answer: { failed: null } };
  await tx.query(`set local lock_timeout = '${partLockTimeout}'`);
  await tx.query('select part_no from subtasks where task_id = $1 order by part_no for update', [
    task.taskId,
  ]);
  const books = await readBooks(tx, task);
  const outcome = outcomeOf(task, books, end);
  if (outcome === 'unfinished') return { taken: null, answer: 'unfinished' };
  const { state, failure } = outcome;
  await tx.query(
    `update subtasks set claim = null, end_time = now(), last_update_time = now(),
         state = case when failure is null then 'cancelled' else 'failed' end
       where task_id = $1 and state in ('pending', 'running')`,
    [task.taskId],
  );
  const [ended] = await tx.query<{ scheduled: boolean }>(
    `update tasks set state = $2, ${stopClock}, end_time = now(), last_update_time = now(),
         lock_version = lock_version + 1, failure = $3::jsonb, stuck_since = null, parts_all = $4, parts_done = $5, objects_done = $6,
         objects_failed = $7, objects_skipped = $8, samples_removed = $9, origins_removed = $10, objects_expected = $11,
         samples_left = $13,
         result_id = case when $12 then coalesce(result_id, gen_random_uuid()) end
       where task_id = $1 returning schedule_id is not null as scheduled`,
    [
      task.taskId,
      state,
      failure === null ? null : JSON.stringify(toStoredFailure(failure)),
      books.parts,
      books.partsDone,
      books.done,
      books.failed,
      books.skipped,
      books.samplesRemoved,
      books.originsRemoved,
      books.expected,
      state === 'done' && task.content.store_results,
      books.samplesLeft,
    ],
  );
  if (state === 'done' && task.kind === 'gc') await closeUndoWindow(tx, task.content);
  const taken = await takeAction(tx, task.taskId, ['cancel']);
  const { taskId, kind } = task;
  const isScheduled = ended?.scheduled === true;
  return { taken, answer: { failed: state === 'failed' ? { taskId, kind, isScheduled } : null } };
}

type FullBooks = Books &
  Readonly<Record<'partsOpen' | 'samplesRemoved' | 'samplesLeft' | 'originsRemoved', number>>;

async function readBooks(tx: Sql, task: EngineTask): Promise<FullBooks> {
  const [row] = await tx.query<FullBooks>(
    `select count(*) as parts, count(*) filter (where state = 'done') as "partsDone",
       count(*) filter (where state in ('pending', 'running')) as "partsOpen",
       coalesce(sum(expected), 0)::bigint as expected, coalesce(sum(done), 0)::bigint as done,
       coalesce(sum(failed), 0)::bigint as failed, coalesce(sum(skipped), 0)::bigint as skipped,
       coalesce(sum(samples_removed), 0)::bigint as "samplesRemoved",
       coalesce(sum(samples_left), 0)::bigint as "samplesLeft",
       coalesce(sum(origins_removed), 0)::bigint as "originsRemoved",
       (select count(*) from task_errors e
         where e.task_id = $1 and e.object_id is not null and e.overcome_time is null) as "openErrors",
       case when $2 then (select coalesce(sum(c.count), 0)::bigint from task_result_chunks c where c.task_id = $1)
         end as "inResult"
     from subtasks where task_id = $1`,
    [task.taskId, task.content.store_results],
  );
  if (row === undefined) throw new Error('an aggregate answered no row');
  return row;
}

async function sums(db: Sql, taskId: number): Promise<Pick<Books, 'done' | 'failed' | 'skipped'>> {
  const [row] = await db.query<Pick<Books, 'done' | 'failed' | 'skipped'>>(
    `select coalesce(sum(done), 0)::bigint as done, coalesce(sum(failed), 0)::bigint as failed,
       coalesce(sum(skipped), 0)::bigint as skipped
     from (
       select done, failed, skipped from subtasks s where s.task_id = $1 and ${isToSum} and not s.retry_errors
       union all select done, failed, skipped from task_sums where task_id = $1
     ) parts`,
    [taskId],
  );
  return row ?? { done: 0, failed: 0, skipped: 0 };
}
