import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Activities } from '../activities/index.ts';
import type { ScheduledRun } from '../domain/schedules/schedule.ts';
import { bookkeeping } from './activityOptions.ts';

/** What Temporal's schedule hands to each of its runs; the revision is for the reconciler to read. */
export interface ScheduleArgument extends Omit<ScheduledRun, 'scheduledTime'> {
  readonly revision: number;
}

const schedules = proxyActivities<Activities['orchestrate']>(bookkeeping);

const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
const lookEvery = '10 seconds';

/**
 * One time of a schedule: makes its task, unless an earlier one has not ended; then it goes away, or waits and looks
 * again, as the row says. It does not wait for the task that it made: who overlaps is decided by the tasks' rows.
 */
export async function runSchedule(argument: ScheduleArgument, waitingSince?: string): Promise<void> {
  const scheduledTime = waitingSince ?? startOf().toISOString();
  const { scheduleId, cron, timeZone } = argument;
  const startedTime = workflowInfo().startTime.toISOString();
  const run = { scheduleId, cron, timeZone, scheduledTime, startedTime };
  while ((await schedules.startScheduledTask(run)) === 'waits') {
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof runSchedule>(argument, scheduledTime);
    await sleep(lookEvery);
  }
}

/** The time that was meant, not the one at which Temporal came to it. */
function startOf(): Date {
  return workflowInfo().typedSearchAttributes.get(scheduledStart) ?? workflowInfo().startTime;
}
