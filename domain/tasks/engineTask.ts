import type { ExtractContent } from '../extract/extractContent.ts';
import type { GcContent } from '../gc/gcContent.ts';
import type { DesiredState, TaskState } from './task.ts';

export type TaskWork =
  | { readonly kind: 'gc'; readonly content: GcContent }
  | { readonly kind: 'extract'; readonly content: ExtractContent };

/** A task as the engine needs it. */
export type EngineTask = TaskWork & {
  readonly taskId: number;
  readonly taskType: number;
  readonly state: TaskState;
  readonly desiredState: DesiredState;
  readonly generation: number;
  /** Objects that came into being at this time or later are not the task's; text, with microseconds. */
  readonly upperBound: string;
  readonly planCursor: string | null;
  readonly planDone: boolean;
  /** Of an extract: its default version was removed before all was planned, so the rest is found by its samples. */
  readonly isDefaultRemoved: boolean;
  /** What the task is again after a retry that left out what had not ended; null: nothing is left out. */
  readonly restState: 'cancelled' | 'failed' | null;
  readonly windowSize: number | null;
  /** 1 goes first, 5 last. */
  readonly priority: number;
  readonly errorBudget: number | null;
  /** It may plan and process no more objects than were approved, or need no approval; null: as many as it selects. */
  readonly objectsLimit: number | null;
};
