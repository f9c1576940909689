import type { TaskState } from './task.ts';

/** What tasks are looked up by. */
export interface TaskFilters {
  readonly taskIds?: readonly number[];
  readonly createTimeGte?: string;
  readonly createTimeLt?: string;
  readonly endTimeGte?: string;
  readonly endTimeLt?: string;
  readonly taskType?: number;
  readonly taskStatus?: number;
  /** More exact than the status. */
  readonly state?: TaskState;
  /** Which has made it. */
  readonly scheduleId?: number;
  readonly upgradeId?: number;
  /** The login of whoever made it. */
  readonly creator?: string;
  /** Stands somewhere in the description, in small or capital letters. */
  readonly text?: string;
}

/** What errors of tasks are looked up by. */
export interface ErrorFilters {
  readonly taskIds?: readonly number[];
  readonly errorIds?: readonly number[];
  readonly errorTimeGte?: string;
  readonly errorTimeLt?: string;
  readonly taskType?: number;
  readonly errorCode?: number;
}
