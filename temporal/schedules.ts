import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { catchUpWindowMs } from '../domain/schedules/catchUp.ts';
import type { EngineSchedule } from '../domain/schedules/schedule.ts';
import { canonicalTimeZone } from '../platform/cron.ts';
import { queueOf, runScheduleType, scheduleIdOf } from '../workflows/messages.ts';
import type { ScheduleArgument } from '../workflows/runSchedule.ts';

export interface SchedulesOptions {
  readonly client: Client;
  readonly prefix: string;
  /** Runs a call under the gateway's deadline. */
  readonly timely: <T>(call: () => Promise<T>) => Promise<T>;
}

/**
 * Temporal's schedules, each made from a row. What shall happen when tasks overlap is decided by the activity, which
 * knows the tasks; here only runs that wait or are tried again must not pile up.
 */
export function createSchedules({ client, prefix, timely }: SchedulesOptions) {
  const handleOf = (scheduleId: number) => client.schedule.getHandle(scheduleIdOf(prefix, scheduleId));

  return {
    /** Makes Temporal's schedule as the row is. */
    putSchedule: async (schedule: EngineSchedule): Promise<void> => {
      const options = optionsOf(prefix, schedule);
      try {
        await timely(() => handleOf(schedule.scheduleId).update(() => options));
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
        await timely(() =>
          client.schedule.create({ ...options, scheduleId: scheduleIdOf(prefix, schedule.scheduleId) }),
        ).catch((failure: unknown) => {
          // Somebody else made it at this moment; the next look finds it, or its other revision.
          if (!(failure instanceof ScheduleAlreadyRunning)) throw failure;
        });
      }
    },

    /** Of which revision of the row it is made; null when there is none. */
    findScheduleRevision: async (scheduleId: number): Promise<number | null> => {
      try {
        const { action } = await timely(() => handleOf(scheduleId).describe());
        const [argument] = (action.args ?? []) as Partial<ScheduleArgument>[];
        return argument?.revision ?? 0;
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return null;
        throw error;
      }
    },

    removeSchedule: async (scheduleId: number): Promise<void> => {
      try {
        await timely(() => handleOf(scheduleId).delete());
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
    },
  };
}

function optionsOf(prefix: string, schedule: EngineSchedule) {
  const { scheduleId, cron, timeZone, overlapPolicy, catchUpWindow, active, revision } = schedule;
  const argument: ScheduleArgument = { scheduleId, cron, timeZone, revision };
  return {
    spec: { cronExpressions: [cron], timezone: canonicalTimeZone(timeZone) },
    action: {
      type: 'startWorkflow',
      workflowType: runScheduleType,
      workflowId: `${scheduleIdOf(prefix, scheduleId)}:run`,
      taskQueue: queueOf(prefix, 'orchestrate'),
      args: [argument],
    },
    policies: {
      overlap: overlapPolicy === 'allow_all' ? ScheduleOverlapPolicy.ALLOW_ALL : ScheduleOverlapPolicy.SKIP,
      catchupWindow: catchUpWindowMs(catchUpWindow),
    },
    state: { paused: !active },
  } satisfies ScheduleUpdateOptions;
}
