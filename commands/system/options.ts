import type { Environment } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';

export interface SystemOptions {
  readonly log: Logger;
  /** Variables that replace those of this process; an empty one counts as absent. */
  readonly overrides?: Environment;
  /** The queues of each worker process. */
  readonly workers?: readonly string[];
  /** Whether the API is started too; default true. */
  readonly api?: boolean;
  /** Whether the Temporal Web UI is served; default: as TEMPORAL_UI says. */
  readonly temporalUi?: boolean;
  /** `files`: the processes write to DATA_DIR/logs instead of to stderr. */
  readonly output?: 'stderr' | 'files';
  /** Settings of the embedded PostgreSQL that replace ours. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Gives up the start, and stops what has been started. */
  readonly signal?: AbortSignal;
}

/** The queues of each worker when nobody says otherwise: one for all. */
export const defaultWorkers: readonly string[] = ['orchestrate,gc,extract'];

/** The order of a stop: the highest first. */
export const ranks = { postgres: 0, temporal: 1, worker: 2, api: 3 } as const;
