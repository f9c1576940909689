import { setTimeout as delay } from 'node:timers/promises';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleType,
  retry,
} from 'cockatiel';
import type { Logger } from '../../platform/logger.ts';
import { RemoteTrouble, RemoteUnusable } from './trouble.ts';

export interface PolicyOptions {
  readonly retries: number;
  readonly log: Logger;
  /** Whether it is asked, when that changes: it is left alone for a while after failing again and again. */
  onAsked?(isAsked: boolean): void;
  /** How long it is left alone; shorter in tests. */
  readonly restMs?: number;
  readonly firstPauseMs?: number;
}

export type RemotePolicy = ReturnType<typeof createPolicy>;

type Work<Result> = () => Promise<Result>;

const longestPauseMs = 5_000;

/**
 * When a server is asked, and how often: again with growing pauses when it fails, not at all for a while when it fails
 * again and again (BrokenCircuitError) or asks for it (RemoteUnusable). `halvings`: how often a request that fails may
 * be cut into halves.
 */
export function createPolicy(name: string, halvings: number, options: PolicyOptions) {
  const { retries, log, restMs = 10_000, firstPauseMs = 200 } = options;
  const trouble = handleType(RemoteTrouble);
  // More than one sample's tries: a single one that the server cannot bear must not close the way for the others.
  const breaker = circuitBreaker(trouble, {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(Math.max(5, retries + 2) + halvings),
  });
  const again = retry(trouble, {
    maxAttempts: retries,
    backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
  });
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) log.warn({ restMs }, `${name} is failing; it is not asked for a while`);
    if (state === CircuitState.Closed) log.info(`${name} answers again`);
    options.onAsked?.(state !== CircuitState.Open);
  });
  let quietUntil = 0;

  /** A short while is waited for here; for a longer one the part waits, so that a pause of its task is seen. */
  async function keepQuiet(signal: AbortSignal): Promise<void> {
    const ms = quietUntil - performance.now();
    if (ms <= 0) return;
    if (ms > longestPauseMs) {
      throw new RemoteUnusable(`it asks for a pause of ${Math.ceil(ms / 1_000)} s`);
    }
    await delay(ms, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }

  async function once<Result>(work: Work<Result>, signal: AbortSignal): Promise<Result> {
    await keepQuiet(signal);
    try {
      return await breaker.execute(work, signal);
    } catch (error) {
      if (error instanceof RemoteTrouble && error.retryAfterMs !== null) {
        quietUntil = Math.max(quietUntil, performance.now() + error.retryAfterMs);
      }
      throw error;
    }
  }

  return {
    /** One try. */
    once,
    /** As many tries as are allowed. */
    execute: <Result>(work: Work<Result>, signal: AbortSignal): Promise<Result> =>
      again.execute(() => once(work, signal), signal),
  };
}
