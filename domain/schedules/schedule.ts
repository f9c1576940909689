import type { ExtractRequest } from '../extract/extractContent.ts';
import type { GcRequest } from '../gc/gcContent.ts';
import type { NotificationPolicy, TaskType } from '../tasks/task.ts';

/** What happens at a time of the schedule while a task that it has made before has not ended. */
export type OverlapPolicy = 'skip' | 'buffer_one' | 'allow_all';

/** What an admin says of a schedule. Its content is kept as it was sent: relative times are frozen at each run. */
export interface ScheduleSpec {
  readonly taskType: TaskType;
  readonly content: GcRequest | ExtractRequest;
  readonly description: string | null;
  readonly cron: string;
  readonly timeZone: string;
  readonly overlapPolicy: OverlapPolicy;
  /** Such as `1h`: how late a time may still be run after an outage of Temporal or the workers. */
  readonly catchUpWindow: string;
  readonly notificationPolicy: NotificationPolicy | null;
  readonly objectsPerSecond: number | null;
  readonly errorBudget: number | null;
}

/** A schedule as the engine has to carry it. Another revision is another state of its row. */
export interface EngineSchedule extends Pick<
  ScheduleSpec,
  'cron' | 'timeZone' | 'overlapPolicy' | 'catchUpWindow'
> {
  readonly scheduleId: number;
  readonly active: boolean;
  readonly revision: number;
}

/** One time of a schedule, as the engine was told of it: another cron or zone has other times. */
export interface ScheduledRun {
  readonly scheduleId: number;
  readonly cron: string;
  readonly timeZone: string;
  /** ISO-8601. */
  readonly scheduledTime: string;
  /** When the engine started the run, which its worker may have taken up much later; ISO-8601. */
  readonly startedTime?: string;
}
