import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import { taskStatusOf, type NotificationPolicy, type TaskState } from '../../domain/tasks/task.ts';
import type { TaskKind } from '../../domain/tasks/lifecycle.ts';
import type { TaskFilters } from '../../domain/tasks/taskFilters.ts';
import { countRows, readPage, type BlockList } from '../sql/blockPages.ts';
import { createConditions, likeText, type Conditions } from '../sql/conditions.ts';
import type { Reader } from '../sql/connection.ts';
import { isOpenTask, placesInQueue } from '../engine/turns.ts';
import { heldColumn } from '../maintenance/heldTasks.ts';
import { offsetOf, type Beside, type Paging } from '../sql/paging.ts';
import type { ApprovalView } from '../../domain/approvals/approval.ts';
import { approvalColumn } from '../approvals/approvalRows.ts';
import { slowedColumn } from '../ops/workerStore.ts';
import { undoColumn, type UndoOfGc } from '../gc/undoWindows.ts';
import { isToSum, joinSums, runningClock } from '../engine/partSums.ts';

export interface StatusCount {
  readonly status: number;
  readonly count: number;
  readonly more: boolean;
}

/** Newest or oldest first; by the end, where what has not ended is left out. */
export type TaskSort = 'newest' | 'oldest' | 'ended last' | 'ended first';

/** A task as it can be read at any moment: while it runs, the counters are the sums of its parts. */
export interface TaskRow {
  readonly taskId: number;
  readonly taskType: number;
  readonly state: TaskState;
  readonly generation: number;
  readonly content: GcContent | ExtractContent;
  readonly description: string | null;
  readonly partsAll: number;
  readonly partsDone: number;
  readonly objectsExpected: number;
  readonly objectsDone: number;
  readonly objectsFailed: number;
  readonly objectsSkipped: number;
  readonly samplesRemoved: number;
  readonly samplesLeft: number;
  readonly originsRemoved: number;
  /** How long the task has been at work, without pauses and without the time between retries. */
  readonly runningMs: number;
  /** The faded count of objects that were dealt with of late; domain/tasks/rate.ts makes a rate of it. */
  readonly recentObjects: number;
  readonly resultId: string | null;
  /** When the ids of its result were removed because they were old. */
  readonly resultRemovedTime: Date | null;
  /** Why it failed or, of an open task, what keeps it from going on. */
  readonly failure: object | null;
  readonly createdBy: string | null;
  readonly createdByLogin: string;
  readonly scheduleId: number | null;
  readonly upgradeId: number | null;
  /** Whether a maintenance keeps it from going on. */
  readonly isHeld: boolean;
  /** How many are started before it; null: it does not wait for its turn. */
  readonly tasksBefore: number | null;
  readonly notificationPolicy: NotificationPolicy | null;
  /** Of a removal that needs another administrator, the newest order; null: it needed none. */
  readonly approval: ApprovalView | null;
  /** Why it rests between its batches; null: it does not. */
  readonly slowed: { readonly reason: string; readonly since: string } | null;
  /** Whether what it removed can be put back; null: it has no undo window. */
  readonly undo: UndoOfGc | null;
  readonly createTime: Date;
  readonly endTime: Date | null;
  readonly lastUpdateTime: Date;
}

export type TaskQueries = ReturnType<typeof createTaskQueries>;

const list: BlockList = { table: 'tasks', key: 'task_id', blocks: 'task_blocks' };

const columns = `
  t.task_id "taskId", t.task_type "taskType", t.state, t.generation, t.content, t.description,
  t.parts_all "partsAll", coalesce(s.parts_done, t.parts_done) "partsDone",
  t.objects_expected + coalesce(s.grown, 0) "objectsExpected",
  coalesce(s.done, t.objects_done) "objectsDone", coalesce(s.failed, t.objects_failed) "objectsFailed",
  coalesce(s.skipped, t.objects_skipped) "objectsSkipped",
  coalesce(s.samples_removed, t.samples_removed) "samplesRemoved",
  coalesce(s.samples_left, t.samples_left) "samplesLeft",
  coalesce(s.origins_removed, t.origins_removed) "originsRemoved",
  ${runningClock} "runningMs", coalesce(s.recent, 0) "recentObjects",
  t.result_id "resultId", t.result_removed_time "resultRemovedTime", coalesce(t.failure, held.failure) "failure", t.created_by "createdBy", t.created_by_login "createdByLogin",
  t.schedule_id "scheduleId", t.upgrade_id "upgradeId", ${heldColumn} "isHeld", turn.before "tasksBefore", t.notification_policy "notificationPolicy", ${slowedColumn}, ${undoColumn}, ${approvalColumn('a.task_id = t.task_id')}, t.create_time "createTime", t.end_time "endTime",
  greatest(t.last_update_time, s.last_update_time) "lastUpdateTime"`;

// What keeps a part of an open task from going on; found among those that are under way.
const held = `left join lateral (
  select failure from subtasks s
  where s.task_id = t.task_id and ${isToSum} and s.state in ('pending', 'running') and failure is not null
    and ${isOpenTask('t')}
  order by last_update_time desc limit 1
) held on true
left join ${placesInQueue} turn on turn.waiting_id = t.task_id`;

const rowsAtOnce = 500;
const countedAtMost = 10_000;
const taskStatuses = [0, 1, 2, 3, 4, 5];

const sortings: Readonly<Record<TaskSort, { readonly isOfEnded: boolean; readonly isDescending: boolean }>> =
  {
    newest: { isOfEnded: false, isDescending: true },
    oldest: { isOfEnded: false, isDescending: false },
    'ended last': { isOfEnded: true, isDescending: true },
    'ended first': { isOfEnded: true, isDescending: false },
  };

export function createTaskQueries(db: Reader) {
  const queries = {
    /** Newest first. */
    page: (filters: TaskFilters, paging: Paging): Promise<TaskRow[]> =>
      readPage<TaskRow>(
        db,
        list,
        { conditions: conditionsOf(filters), inBlocks: (all) => inBlocks(filters, all) },
        paging,
        { columns, join: `tasks t using (task_id) ${joinSums} ${held}` },
      ),

    /**
     * The same in any order. A page beside a row begins there in the index that has the order; without one, or when it
     * is gone, places are passed one by one.
     */
    ordered: async (
      filters: TaskFilters,
      order: TaskSort,
      paging: Paging,
      beside: Beside | null = null,
    ): Promise<TaskRow[]> => {
      const conditions = conditionsOf(filters);
      const { isOfEnded, isDescending } = sortings[order];
      const sortedBy = (descending: boolean): string => {
        const direction = descending ? 'desc' : 'asc';
        return `${isOfEnded ? `end_time ${direction}, ` : ''}task_id ${direction}`;
      };
      if (isOfEnded) conditions.add('end_time > $?::timestamptz', '-infinity');
      const isBackward = beside?.side === 'before';
      if (beside !== null) {
        const sign = isDescending === isBackward ? '>' : '<';
        const place = isOfEnded
          ? `(end_time, task_id) ${sign} ((select end_time from tasks where task_id = $?::bigint), $?::bigint)`
          : `task_id ${sign} $?::bigint`;
        conditions.add(place, beside.id);
      }
      const where = conditions.where();
      const offset = beside === null ? `offset ${conditions.bind(offsetOf(paging))}` : '';
      const rows = await db.query<TaskRow>(
        `select ${columns}
         from (
           select task_id from tasks ${where} order by ${sortedBy(isDescending !== isBackward)}
           limit ${conditions.bind(paging.pageSize)} ${offset}
         ) page
         join tasks t using (task_id) ${joinSums} ${held}
         order by ${sortedBy(isDescending)}`,
        conditions.binds,
      );
      return rows.length === 0 && beside !== null ? queries.ordered(filters, order, paging) : rows;
    },

    count: (filters: TaskFilters): Promise<number> =>
      countRows(
        db,
        list,
        () => conditionsOf(filters),
        (all) => inBlocks(filters, all),
      ),

    /** Where no table of counts tells them, of each status so many at most; `more`: there are more of them. */
    countByStatus: (filters: TaskFilters): Promise<StatusCount[]> => {
      const ofBlocks = createConditions();
      const told = inBlocks(filters, ofBlocks);
      if (told !== null) {
        return db.query(
          `select task_status "status", sum(items)::bigint count, false "more" from task_blocks
           ${told.length === 0 ? '' : `where ${told.join(' and ')}`} group by 1 having sum(items) > 0`,
          ofBlocks.binds,
        );
      }
      const conditions = conditionsOf(filters);
      // Each by itself, so that each is planned by how frequent it is: of a rare one all rows are looked at.
      const ofStatus = (status: number): string =>
        `select ${status}::smallint "status", count(*) n from (
           select from tasks ${conditions.where()} and task_status = ${status} limit ${countedAtMost + 1}) found`;
      return db.query(
        `select "status", least(n, ${countedAtMost})::integer count, n > ${countedAtMost} "more"
         from (${taskStatuses.map(ofStatus).join(' union all ')}) counted where n > 0`,
        conditions.binds,
      );
    },

    /** By what decides which action a task is open to. */
    countByState: (filters: TaskFilters): Promise<(TaskKind & { count: number })[]> => {
      const conditions = conditionsOf(filters);
      return db.query(
        `select state, objects_failed > 0 "hasFailed", ${heldColumn} "isHeld", count(*) from tasks t
         ${conditions.where()} group by 1, 2, 3 order by 1, 2, 3`,
        conditions.binds,
      );
    },

    /** Ids of those kinds, newest first. */
    idsOfKinds: async (
      filters: TaskFilters,
      kinds: readonly TaskKind[],
      limit: number,
    ): Promise<number[]> => {
      const conditions = conditionsOf(filters);
      conditions.add(
        `state || ' ' || (objects_failed > 0) || ' ' || (${heldColumn}) = any($?::text[])`,
        kinds.map(kindText),
      );
      const rows = await db.query<{ taskId: number }>(
        `select task_id "taskId" from tasks t ${conditions.where()} order by task_id desc
         limit ${conditions.bind(limit)}`,
        conditions.binds,
      );
      return rows.map(({ taskId }) => taskId);
    },

    /** All that the filters match, newest first, some at a time. */
    async *all(filters: TaskFilters): AsyncGenerator<TaskRow[]> {
      for (let before = Number.MAX_SAFE_INTEGER; ;) {
        const conditions = conditionsOf(filters);
        conditions.add('task_id < $?::bigint', before);
        const rows = await db.query<TaskRow>(
          `select ${columns}
           from (select task_id from tasks ${conditions.where()} order by task_id desc limit ${rowsAtOnce}) page
           join tasks t using (task_id) ${joinSums} ${held}
           order by task_id desc`,
          conditions.binds,
        );
        if (rows.length > 0) yield rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < rowsAtOnce) return;
        before = last.taskId;
      }
    },

    find: async (taskId: number): Promise<TaskRow | null> => {
      const [row] = await db.query<TaskRow>(
        `select ${columns} from tasks t ${joinSums} ${held} where t.task_id = $1`,
        [taskId],
      );
      return row ?? null;
    },

    countByTypeAndStatus: (): Promise<{ type: number; status: number; count: number }[]> =>
      db.query(
        `select task_type "type", task_status "status", sum(items)::bigint count from task_blocks
         group by 1, 2 having sum(items) > 0`,
      ),
  };
  return queries;
}

function conditionsOf(filters: TaskFilters): Conditions {
  const conditions = createConditions();
  const { taskIds, createTimeGte, createTimeLt, endTimeGte, endTimeLt, taskType, taskStatus } = filters;
  const { scheduleId, upgradeId, creator, text, state } = filters;
  if (taskIds !== undefined) conditions.add('task_id = any($?::bigint[])', taskIds);
  if (createTimeGte !== undefined) conditions.add('create_time >= $?::timestamptz', createTimeGte);
  if (createTimeLt !== undefined) conditions.add('create_time < $?::timestamptz', createTimeLt);
  if (endTimeGte !== undefined) conditions.add('end_time >= $?::timestamptz', endTimeGte);
  if (endTimeLt !== undefined) conditions.add('end_time < $?::timestamptz', endTimeLt);
  if (taskType !== undefined) conditions.add('task_type = $?', taskType);
  if (taskStatus !== undefined) conditions.add('task_status = $?', taskStatus);
  if (scheduleId !== undefined) conditions.add('schedule_id = $?', scheduleId);
  if (upgradeId !== undefined) conditions.add('upgrade_id = $?', upgradeId);
  if (creator !== undefined) conditions.add('created_by_login = $?', creator);
  // Said twice, so that the index of those that have one is used.
  // With the status, of which there is an index.
  if (state !== undefined) conditions.add(`state = $? and task_status = ${taskStatusOf(state)}`, state);
  if (text !== undefined)
    conditions.add('description is not null and description ilike $?', `%${likeText(text)}%`);
  return conditions;
}

function kindText({ state, hasFailed, isHeld }: TaskKind): string {
  return `${state} ${hasFailed} ${isHeld}`;
}

/** The same on the counts by blocks; null when they do not tell what is asked for. */
function inBlocks(filters: TaskFilters, conditions: Conditions): string[] | null {
  const { taskType, taskStatus, ...others } = filters;
  if (Object.keys(others).length > 0) return null;
  return [
    ...(taskType === undefined ? [] : [`task_type = ${conditions.bind(taskType)}`]),
    ...(taskStatus === undefined ? [] : [`task_status = ${conditions.bind(taskStatus)}`]),
  ];
}
