import type { Environment } from '../../platform/config.ts';
import type { Bed } from './bed.ts';
import type { Say } from './figures.ts';

export interface BenchOptions {
  readonly faces: number;
  readonly samples: number;
  readonly events: number;
  readonly runs: number;
  /** Of tasks, and of their errors, in lists and pages. */
  readonly rows: number;
  /** Of each load by HTTP. */
  readonly seconds: number;
  /** Of the soak. */
  readonly minutes: number;
  /** Ids of a result. */
  readonly objects: number;
  /** Of pauses, cancels and kills. */
  readonly times: number;
  /** Seconds that the work of a killed worker is waited for. */
  readonly wait: number;
  /** Names of the job queues that are compared. */
  readonly queues: readonly string[];
  /** What is measured of them. */
  readonly steps: readonly string[];
}

/** What a measurement found: figures for the JSON file, and a report for people. */
export interface Measured {
  readonly figures: object;
  readonly lines: readonly string[];
}

export interface Measurement {
  /** One line for `--help`. */
  readonly about: string;
  /** Settings of the system that is measured, beside those of every bed. */
  readonly settings?: Environment;
  measure(bed: Bed, options: BenchOptions, say: Say): Promise<Measured>;
}
