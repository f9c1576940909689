import type { TaskState } from '../../domain/tasks/task.ts';
import type { Conditions } from '../sql/conditions.ts';
import type { Reader } from '../sql/connection.ts';

/** Errors of one code that say the same but for what is of their objects alone. */
export interface ErrorReason {
  readonly errorCode: number;
  readonly reason: string;
  /** Each counted up to {@link countedAtMost}. */
  readonly open: number;
  readonly resolved: number;
  readonly tasks: number;
  /** Whether an open one stands at an object: what failed as a whole is taken up by the task's own retry. */
  readonly isRetryable: boolean;
  readonly firstTime: Date;
  /** Whether no earlier one matches; otherwise it is the first of those that were looked at. */
  readonly isFirst: boolean;
  readonly lastTime: Date;
  /** Of the newest one. */
  readonly desc: string;
  readonly detail: string;
  /** Of the newest ones: faces and events that can be shown. */
  readonly objects: readonly {
    readonly type: string;
    readonly id: string;
    readonly picture: 'face' | 'body' | null;
  }[];
}

/** What a retry of a reason would start. */
export interface ReasonTask {
  readonly taskId: number;
  readonly taskType: number;
  readonly state: TaskState;
  /** Its open errors of the code, whatever their reason. */
  readonly objects: number;
}

export const countedAtMost = 2_000;
const reasonsAtMost = 20;
const picturesAtMost = 6;
const tasksAtMost = 100;

// A limit on each ends its recursion, and resolved reasons displace no open ones.
const pairsAtMost = 100;
/** Each pair of code and reason, found by skipping from one to the next in an index, however many errors have it. */
const pairs = (name: string, state: string, only: string) => `${name} as (
    (select error_code, reason from task_errors where ${state} ${only} order by error_code, reason limit 1)
    union all
    select n.error_code, n.reason from ${name} cross join lateral (
      select error_code, reason from task_errors e
      where ${state} and (e.error_code, e.reason) > (${name}.error_code, ${name}.reason) ${only}
      order by error_code, reason limit 1) n
  )`;

/**
 * What went wrong, open reasons first, then the newest. `conditions`: of the errors that are looked at, of which only the newest
 * {@link countedAtMost} are; null: all of them, or those of one code.
 */
export async function errorReasons(
  db: Pick<Reader, 'query'>,
  conditions: Conditions | null,
  errorCode: number | undefined,
): Promise<ErrorReason[]> {
  const binds = conditions?.binds ?? (errorCode === undefined ? [] : [errorCode]);
  const only = errorCode === undefined ? '' : 'and error_code = $1::bigint';
  const ofState = (
    state: string,
  ) => `select e.error_id, e.error_code, e.reason, e.task_id, ${state} as is_open, e.object_id
    from known k cross join lateral (
      select error_id, error_code, reason, task_id, object_id from task_errors
      where error_code = k.error_code and reason = k.reason and overcome_time is ${state === 'true' ? '' : 'not'} null
      order by error_id desc limit ${countedAtMost}) e`;
  const looked =
    conditions === null
      ? `recursive ${pairs('open', 'overcome_time is null', only)},
         ${pairs('resolved', 'overcome_time is not null', only)},
         known as ((select * from open limit ${pairsAtMost}) union (select * from resolved limit ${pairsAtMost})),
         looked as (${ofState('true')} union all ${ofState('false')})`
      : `looked as (select error_id, error_code, reason, task_id, overcome_time is null as is_open, object_id
          from task_errors ${conditions.where()} order by error_id desc limit ${countedAtMost})`;
  // An index knows the first of all; of those that a filter matches it does not.
  const firstOf = (state: string) => `(select min(error_id) from task_errors e
    where e.error_code = g.error_code and e.reason = g.reason and overcome_time is ${state})`;
  const first = conditions === null ? `least(${firstOf('null')}, ${firstOf('not null')})` : 'g.first';
  return db.query<ErrorReason>(
    `with ${looked}, grouped as (
       select error_code, reason, count(*) filter (where is_open) as open, count(*) filter (where not is_open) as resolved,
         count(distinct task_id) as tasks, bool_or(is_open and object_id is not null) as is_retryable, min(error_id) as first, max(error_id) as last,
         (array_agg(error_id order by error_id desc))[1:${picturesAtMost}] as newest
       from looked group by error_code, reason
       order by count(*) filter (where is_open) > 0 desc, max(error_id) desc limit ${reasonsAtMost}
     )
     select g.error_code "errorCode", g.reason, g.open, g.resolved, g.tasks, g.is_retryable "isRetryable", f.error_time "firstTime",
       ${conditions === null ? 'true' : `(select count(*) from looked) < ${countedAtMost}`} "isFirst",
       l.error_time "lastTime", l."desc", l.detail,
       coalesce((select json_agg(json_build_object('type', e.object_type, 'id', e.object_id,
           'picture', (select max(kind) from samples where owner_id = e.object_id)) order by e.error_id desc)
         from task_errors e where e.error_id = any(g.newest) and e.object_id is not null
           and e.object_type in ('face', 'event')), '[]') "objects"
     from grouped g join task_errors f on f.error_id = ${first} join task_errors l on l.error_id = g.last
     order by g.open > 0 desc, g.last desc`,
    binds,
  );
}

/** The newest tasks that have open errors of this reason. */
export function tasksOfReason(
  db: Pick<Reader, 'query'>,
  errorCode: number,
  reason: string,
): Promise<ReasonTask[]> {
  return db.query<ReasonTask>(
    `with concerned as (
       select distinct task_id from (select task_id from task_errors
         where error_code = $1 and reason = $2 and overcome_time is null and object_id is not null
         order by error_id desc limit ${countedAtMost}) newest
       order by task_id desc limit ${tasksAtMost}
     )
     select task_id "taskId", task_type "taskType", state, (select count(*) from task_errors e where e.task_id = t.task_id
       and e.error_code = $1 and e.overcome_time is null and e.object_id is not null) "objects"
     from concerned join tasks t using (task_id) order by task_id desc`,
    [errorCode, reason],
  );
}
