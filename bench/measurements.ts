import type { Environment } from '../platform/config.ts';
import { basic } from './basic.ts';
import { control } from './control.ts';
import { dropVersion } from './dropVersion.ts';
import { extract } from './extract.ts';
import { fanOut } from './fanOut.ts';
import { gc } from './gc.ts';
import { growth } from './growth.ts';
import { lists } from './lists.ts';
import { looks } from './looks.ts';
import { pages } from './pages.ts';
import { planning } from './planning.ts';
import { reads } from './reads.ts';
import { scale } from './scale.ts';
import type { Bed } from './harness/bed.ts';
import type { Say } from './harness/figures.ts';

export interface BenchOptions {
  readonly faces: number;
  readonly samples: number;
  readonly runs: number;
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

/** By the name that is typed. */
export const measurements = {
  gc,
  extract,
  scale,
  version: dropVersion,
  reads,
  lists,
  pages,
  looks,
  basic,
  planning,
  growth,
  fanout: fanOut,
  control,
} satisfies Record<string, Measurement>;
