import { DomainError } from '../../domain/errors.ts';
import type { ErrorFilters } from '../../domain/tasks/taskFilters.ts';
import { countedAtMost, errorReasons, tasksOfReason } from './errorReasons.ts';
import { countRows, readPage, type BlockList } from '../sql/blockPages.ts';
import { createConditions, type Conditions } from '../sql/conditions.ts';
import type { Reader } from '../sql/connection.ts';
import type { Paging } from '../sql/paging.ts';

export interface TaskErrorRow {
  readonly errorId: number;
  readonly taskId: number;
  readonly subtaskId: number | null;
  readonly taskType: number;
  readonly errorCode: number;
  readonly desc: string;
  readonly detail: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly additionalInfo: object | null;
  readonly attempts: number;
  readonly errorTime: Date;
  /** When a retry succeeded with the same object; the error is kept. */
  readonly overcomeTime: Date | null;
}

export interface ErrorsOfCode {
  readonly errorCode: number;
  readonly desc: string;
  readonly count: number;
}

/** Why an object could not be dealt with. */
export interface OpenError {
  readonly objectId: string;
  readonly errorCode: number;
  readonly detail: string;
}

export type ErrorQueries = ReturnType<typeof createErrorQueries>;

const list: BlockList = { table: 'task_errors', key: 'error_id', blocks: 'task_error_blocks' };

export const errorColumns = `error_id "errorId", task_id "taskId", subtask_id "subtaskId", task_type "taskType",
  error_code "errorCode", "desc", detail, object_type "objectType", object_id "objectId",
  additional_info "additionalInfo", attempts, error_time "errorTime", overcome_time "overcomeTime"`;

const rowsAtOnce = 1_000;

export function createErrorQueries(db: Reader) {
  return {
    /** Newest first, overcome ones too. */
    page: (filters: ErrorFilters, paging: Paging): Promise<TaskErrorRow[]> =>
      readPage<TaskErrorRow>(
        db,
        list,
        { conditions: conditionsOf(filters), inBlocks: (all) => inBlocks(filters, all) },
        paging,
        { columns: errorColumns, join: 'task_errors using (error_id)' },
      ),

    count: (filters: ErrorFilters): Promise<number> =>
      countRows(
        db,
        list,
        () => conditionsOf(filters),
        (all) => inBlocks(filters, all),
      ),

    /** How many of each code the filters match, the most frequent first; by the counts of blocks where they tell it. */
    countByCode: (filters: ErrorFilters): Promise<ErrorsOfCode[]> => {
      const ofBlocks = createConditions();
      const told = inBlocks(filters, ofBlocks);
      const conditions = told === null ? conditionsOf(filters) : ofBlocks;
      const counted =
        told === null
          ? `select error_code, count(*) from task_errors ${conditions.where()} group by error_code`
          : `select error_code, sum(items)::bigint count from task_error_blocks where ${told.join(' and ')}
             group by error_code having sum(items) > 0`;
      // Of a code all errors have the same words, except those of another release.
      return db.query<ErrorsOfCode>(
        `select error_code "errorCode", newest."desc", count from (${counted}) counted
         cross join lateral (select "desc" from task_errors e where e.error_code = counted.error_code
           order by error_id desc limit 1) newest
         order by count desc, error_code`,
        conditions.binds,
      );
    },

    /**
     * All that the filters match, newest first, a thousand at a time.
     * @throws DomainError taskNotFound when a task that had some was removed meanwhile: others of it may be missing
     */
    async *all(filters: ErrorFilters): AsyncGenerator<TaskErrorRow[]> {
      const taskIds = new Set<number>();
      for (let before = Number.MAX_SAFE_INTEGER; ;) {
        const conditions = conditionsOf(filters);
        conditions.add('error_id < $?::bigint', before);
        const rows = await db.query<TaskErrorRow>(
          `select ${errorColumns} from task_errors ${conditions.where()} order by error_id desc limit ${rowsAtOnce}`,
          conditions.binds,
        );
        for (const { taskId } of rows) taskIds.add(taskId);
        if (rows.length > 0) yield rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < rowsAtOnce) break;
        before = last.errorId;
      }
      const [gone] = await db.query<{ taskId: number }>(
        `select id "taskId" from unnest($1::bigint[]) id
         where not exists (select from tasks where task_id = id) limit 1`,
        [[...taskIds]],
      );
      if (gone !== undefined) {
        throw new DomainError('taskNotFound', `task ${gone.taskId} was removed meanwhile`);
      }
    },

    /** By what they say, for a page: open reasons first, then the newest. */
    reasons: (filters: ErrorFilters) => {
      const { errorCode, ...others } = filters;
      const isPlain = Object.keys(others).length === 0;
      return errorReasons(db, isPlain ? null : conditionsOf(filters), isPlain ? errorCode : undefined);
    },

    tasksOfReason: (errorCode: number, reason: string) => tasksOfReason(db, errorCode, reason),

    /** How many of those that match no retry has overcome; no more than `most` are counted. */
    countOpenOf: async (filters: ErrorFilters): Promise<{ count: number; most: number }> => {
      const conditions = conditionsOf(filters);
      const where = conditions.where();
      const [row] = await db.query<{ count: number }>(
        `select count(*) from (select from task_errors ${where === '' ? 'where' : `${where} and`} overcome_time is null
           limit ${countedAtMost}) open`,
        conditions.binds,
      );
      return { count: row?.count ?? 0, most: countedAtMost };
    },

    /** Errors of a task that no retry has overcome. */
    countOpen: async (taskId: number): Promise<number> => {
      const [row] = await db.query<{ count: number }>(
        'select count(*) from task_errors where task_id = $1 and overcome_time is null',
        [taskId],
      );
      return row?.count ?? 0;
    },

    /** The first of them, by their objects. */
    firstOpen: (taskId: number): Promise<OpenError[]> =>
      db.query<OpenError>(
        `select object_id "objectId", error_code "errorCode", detail from task_errors
         where task_id = $1 and overcome_time is null and object_id is not null
         order by object_id limit ${rowsAtOnce}`,
        [taskId],
      ),

    find: async (errorId: number): Promise<TaskErrorRow | null> => {
      const [row] = await db.query<TaskErrorRow>(
        `select ${errorColumns} from task_errors where error_id = $1`,
        [errorId],
      );
      return row ?? null;
    },
  };
}

function conditionsOf(filters: ErrorFilters): Conditions {
  const conditions = createConditions();
  const { taskIds, errorIds, errorTimeGte, errorTimeLt, taskType, errorCode } = filters;
  if (taskIds !== undefined) conditions.add('task_id = any($?::bigint[])', taskIds);
  if (errorIds !== undefined) conditions.add('error_id = any($?::bigint[])', errorIds);
  if (errorTimeGte !== undefined) conditions.add('error_time >= $?::timestamptz', errorTimeGte);
  if (errorTimeLt !== undefined) conditions.add('error_time < $?::timestamptz', errorTimeLt);
  if (taskType !== undefined) conditions.add('task_type = $?', taskType);
  if (errorCode !== undefined) conditions.add('error_code = $?::bigint', errorCode);
  return conditions;
}

/** The same on the counts by blocks, which are kept for all tasks together and for each; null when they do not tell. */
function inBlocks(filters: ErrorFilters, conditions: Conditions): string[] | null {
  const { taskIds, taskType, errorCode, ...others } = filters;
  if (Object.keys(others).length > 0) return null;
  return [
    taskIds === undefined ? 'task_id is null' : `task_id = any(${conditions.bind(taskIds)}::bigint[])`,
    ...(taskType === undefined ? [] : [`task_type = ${conditions.bind(taskType)}`]),
    ...(errorCode === undefined ? [] : [`error_code = ${conditions.bind(errorCode)}::bigint`]),
  ];
}
