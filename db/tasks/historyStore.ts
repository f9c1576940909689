import type { Database } from '../sql/connection.ts';
import { joinSums, runningClock } from '../engine/partSums.ts';

export type HistoryStore = ReturnType<typeof createHistoryStore>;

const isFinal = `state in ('cancelled', 'failed', 'done')`;

/** Writes what charts show. Nothing of it in a batch's transaction: one process looks at all open tasks every few seconds. */
export function createHistoryStore(db: Database) {
  return {
    /** Harmless when it is done twice, and when it was not done for a while. */
    sample: (): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query(samplesSql);
        await tx.query(errorsSql);
        await tx.query(`delete from activity where minute < now() - interval '8 days'`);
      }),
  };
}

// Every 5 s at first; a task that has run for long is sampled once a minute. The first sample begins where the running
// clock did. What was done before anybody looked, in a task that has run for long, is nobody's minute.
const samplesSql = `
  with seen as (
    select t.task_id, t.task_type, t.state, t.${isFinal} is_final, coalesce(t.end_time, now()) seen_time,
      coalesce(s.done + s.failed + s.skipped, t.objects_done + t.objects_failed + t.objects_skipped) handled,
      ${runningClock} * interval '1 millisecond' clock,
      last.sample_time, last.handled last_handled, first.sample_time first_time
    from tasks t
    ${joinSums}
    left join lateral (
      select sample_time, handled from task_samples where task_id = t.task_id order by sample_time desc limit 1
    ) last on true
    left join lateral (
      select sample_time from task_samples where task_id = t.task_id order by sample_time limit 1
    ) first on true
    where t.state <> 'pending' and t.task_id in (
      select task_id from tasks where not ${isFinal}
      union select task_id from tasks where end_time > now() - interval '2 minutes')
  ), due as (
    select *, handled - coalesce(last_handled, 0) delta from seen
    where case when sample_time is null then clock > interval '0'
      when seen_time <= sample_time then false
      when is_final then handled <> last_handled
      when state = 'paused' then seen_time - sample_time >= interval '10 minutes'
      else seen_time - sample_time >= least(interval '1 minute',
        greatest(interval '4.5 seconds', (seen_time - first_time) / 200)) end
  ), added as (
    insert into task_samples (task_id, sample_time, handled)
    select task_id, seen_time - clock, 0 from due where sample_time is null
    union all select task_id, seen_time, handled from due
    on conflict do nothing
  )
  insert into activity (minute, task_type, error_code, items)
  select date_trunc('minute', seen_time), task_type, 0, sum(delta) from due
  where delta > 0 and (sample_time is not null or clock < interval '2 minutes')
  group by 1, 2
  on conflict (minute, task_type, error_code) do update set items = activity.items + excluded.items`;

// Errors are counted anew for some minutes: their rows come later than their times.
const errorsSql = `
  insert into activity (minute, task_type, error_code, items)
  select date_trunc('minute', error_time), task_type, error_code, count(*) from task_errors
  where error_time >= date_trunc('minute', now()) - interval '2 minutes' group by 1, 2, 3
  on conflict (minute, task_type, error_code) do update set items = greatest(activity.items, excluded.items)`;
