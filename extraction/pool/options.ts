import type { Logger } from '../../platform/logger.ts';
import type { Network } from '../catalogue/network.ts';

export interface PoolOptions {
  readonly processes: number;
  readonly networks: readonly Network[];
  readonly log: Logger;
  /** Images held at once; default as many as fill each process and its next batch, and as many again that are read. */
  readonly queueLimit?: number;
  /** A process that says nothing for so long while it has work is killed. */
  readonly stallMs?: number;
  /** For each sample; `seconds` is its share of its batch's time. */
  onExtracted?(version: number, seconds: number): void;
  /** Another program instead of child.ts, for tests. */
  readonly entry?: string;
}

export interface PoolStats {
  readonly processes: number;
  /** Processes that could work now. */
  readonly ready: number;
  /** Samples whose bytes are held: in the queue or with a process. */
  readonly held: number;
  /** Calls that wait for room. */
  readonly waiting: number;
  readonly deaths: number;
}
