import type { ErrorName } from '../errors.ts';
import type { SampleTrial } from './sampleTrial.ts';
import type { Verification } from './verification.ts';

/** What a step found out, as far as it came: as it is kept and shown. */
export interface StepReport {
  /** Of `check`: the new network on some samples of this installation. */
  readonly trial?: SampleTrial;
  /** Of `verify`, and of `watch` when it is over. */
  readonly verification?: Verification;
  /** Of `switch`: the default version before it. */
  readonly switchedFrom?: number;
  /** Why a report could not be made. */
  readonly failure?: StepFailure;
}

export interface StepFailure {
  readonly error: ErrorName;
  readonly detail: string;
}

/** What a worker finds out for a step. */
export type StepInquiry = 'trial' | 'verification';
