import { errorTable } from '../errors.ts';
import type { TaskFailure } from './books.ts';
import type { EngineTask } from './engineTask.ts';
import type { DesiredState } from './task.ts';

/** A task in one of its generations; a retry or a repair raises the generation and starts another workflow. */
export interface TaskRef {
  readonly taskId: number;
  readonly generation: number;
}

/** A start of a task's workflow, with the request that asked for it; none: nobody did, or it is not known. */
export interface TaskStart extends TaskRef {
  /** 1 goes first, 5 last. */
  readonly priority?: number;
  readonly requestId?: string | null;
}

export interface PartRef {
  readonly ref: TaskRef;
  readonly partNo: number;
}

/** Counters and place of a part; absolute, so that writing them twice changes nothing. */
export interface Checkpoint {
  /** The last key that is dealt with; null: none yet. */
  readonly cursor: string | null;
  /** Whether the key range is walked to its end. */
  readonly walked: boolean;
  /** The last object among the errors to be done again. */
  readonly errorCursor: string | null;
  readonly batches: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Files that are gone, and samples that had none. */
  readonly samplesRemoved: number;
  /** Samples of removed objects that were to stay. */
  readonly samplesLeft: number;
  readonly originsRemoved: number;
}

export interface PartRange {
  /** Exclusive; null: from the beginning. */
  readonly fromKey: string | null;
  /** Inclusive. */
  readonly toKey: string;
}

/** A part that one attempt may work on, until another attempt claims it or the task ends. */
export interface ClaimedPart {
  readonly task: EngineTask;
  readonly partNo: number;
  readonly subtaskId: number;
  readonly claim: string;
  readonly range: PartRange;
  readonly expected: number;
  /** Whether the range holds far more objects than the task selects of it. */
  readonly isSparse: boolean;
  readonly retryErrors: boolean;
  /** Of the failed objects only those with this error; null: all of them. */
  readonly retryCode: number | null;
  /** It is a whole partition, of a version of descriptors or of some days of events, which may be emptied at once. */
  readonly isWhole: boolean;
  readonly checkpoint: Checkpoint;
  readonly attempt: number;
}

/** How an attempt ended before its part did. */
export type AttemptEnd =
  | { readonly outcome: 'failed'; readonly failure: TaskFailure }
  /** `rests`: nobody wants the part to go on now, so its checkpoint does not age. */
  | { readonly outcome: 'given_back'; readonly rests: boolean };

/** Past every key. */
export const lastKey = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Whether a gc's part still has to try those objects again that it could not remove. */
export function hasRemovalsToRetry({ retryErrors, retryCode, checkpoint }: ClaimedPart): boolean {
  const codes: readonly (number | null)[] = [
    ...[null, errorTable.objectNotRemoved.code, errorTable.objectNotWritten.code],
  ];
  const areMeant = codes.includes(retryCode);
  return retryErrors && areMeant && checkpoint.errorCursor !== lastKey;
}

/** What the admin wants right now, read in each batch's transaction. */
export interface Control {
  readonly desired: DesiredState;
  readonly objectsPerSecond: number | null;
  readonly runningParts: number;
}

export type Claiming =
  | { readonly kind: 'claimed'; readonly part: ClaimedPart }
  | { readonly kind: 'done' }
  /** The task must not run now, or this part is no longer this workflow's business. */
  | { readonly kind: 'refused' };

export type Committed<T> =
  | { readonly kind: 'committed'; readonly part: ClaimedPart; readonly control: Control; readonly result: T }
  /** Pause or cancel is desired; the part was given back. */
  | { readonly kind: 'stopped' }
  /** Somebody else holds the part, or the task has ended; nothing was changed. */
  | { readonly kind: 'lost' };
