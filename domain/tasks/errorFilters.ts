/** What errors of tasks are looked up by. */
export interface ErrorFilters {
  readonly taskIds?: readonly number[];
  readonly errorIds?: readonly number[];
  readonly errorTimeGte?: string;
  readonly errorTimeLt?: string;
  readonly taskType?: number;
  readonly errorCode?: number;
}
