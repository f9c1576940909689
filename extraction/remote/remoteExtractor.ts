import {
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleType,
  retry,
  wrap,
} from 'cockatiel';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { RemoteNetwork } from '../catalogue/network.ts';
import type { Made, Wanted } from '../extractor.ts';
import { readAnswer } from './answer.ts';
import { callRemote, RemoteTrouble } from './call.ts';
import { faultOfSample } from '../pictures/storedSample.ts';
import { toUnitLength } from '../unitLength.ts';

export interface RemoteRequest {
  readonly id: string;
  readonly bytes: () => Promise<Uint8Array>;
  /** Fires when nobody waits for the answer any more, or when the worker or the task is to stop at once. */
  readonly signal: AbortSignal;
}

export interface RemoteOptions {
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly retries: number;
  readonly log: Logger;
  /** Whether it is asked, when that changes: it is left alone for a while after failing again and again. */
  onAsked?(isAsked: boolean): void;
  /** Called after each answer with its time. */
  onAnswer?(seconds: number): void;
  /** How long it is left alone; shorter in tests. */
  readonly restMs?: number;
  readonly firstPauseMs?: number;
}

export type RemoteExtractor = ReturnType<typeof createRemoteExtractor>;

type Outcome = { readonly refused: string } | { readonly made: Made };

/**
 * An extractor on another machine. It is asked for a few samples at a time, again with growing pauses when it fails,
 * and left alone for a while when it fails again and again. A sample is to blame only when the server refuses it, or
 * when the server fails on it every time and then answers for another one that it knows.
 */
export function createRemoteExtractor(entry: RemoteNetwork, options: RemoteOptions) {
  const { timeoutMs, concurrency, retries, log, restMs = 10_000, firstPauseMs = 200 } = options;
  const name = `extractor of ${entry.kind} version ${entry.version} at ${new URL(entry.server.url).host}`;
  const trouble = handleType(RemoteTrouble);
  const limit = bulkhead(concurrency, Number.MAX_SAFE_INTEGER);
  // More than one sample's tries: a single one that the server cannot bear must not close the way for the others.
  const breaker = circuitBreaker(trouble, {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(Math.max(5, retries + 2)),
  });
  const again = retry(trouble, {
    maxAttempts: retries,
    backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: 5_000 }),
  });
  const policy = wrap(again, breaker);
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) log.warn({ restMs }, `${name} fails; it is left alone for a while`);
    if (state === CircuitState.Closed) log.info(`${name} answers again`);
    options.onAsked?.(state !== CircuitState.Open);
  });
  let known: Uint8Array | null = null;

  async function ask(jpeg: Uint8Array, wanted: Wanted, signal: AbortSignal): Promise<Outcome> {
    const start = performance.now();
    const answer = await callRemote(entry, { jpeg, wanted, signal }, timeoutMs);
    if (answer.kind === 'refused') return { refused: answer.detail };
    const made = readAnswer(
      answer.body,
      wanted,
      'descriptor' in entry.outputs ? entry.outputs.descriptor.length : null,
    );
    options.onAnswer?.((performance.now() - start) / 1_000);
    return { made };
  }

  async function extract(request: RemoteRequest, wanted: Wanted): Promise<Made> {
    const { id, signal } = request;
    signal.throwIfAborted();
    const jpeg = await request.bytes();
    const fault = faultOfSample(jpeg, entry.kind === 'body' ? 'body' : 'face');
    if (fault !== null) throw new DomainError('sampleUnreadable', `sample ${id}: ${fault}`);
    try {
      const outcome = await policy.execute(() => ask(jpeg, wanted, signal), signal);
      signal.throwIfAborted();
      if ('refused' in outcome) {
        throw new DomainError('sampleUnreadable', `sample ${id}: the ${name} refuses it: ${outcome.refused}`);
      }
      const { made } = outcome;
      known = jpeg;
      return made.descriptor === undefined ? made : { ...made, descriptor: toUnitLength(made.descriptor) };
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        throw new DomainError('extractorUnavailable', `the ${name} has failed and is left alone for a while`);
      }
      if (!(error instanceof RemoteTrouble)) throw error;
      throw await judge(error, id, wanted, signal);
    }
  }

  /** Whose fault it is that a sample's tries are used up. */
  async function judge(failed: RemoteTrouble, id: string, wanted: Wanted, signal: AbortSignal) {
    const unavailable = new DomainError('extractorUnavailable', `the ${name}: ${failed.message}`);
    if (known === null) return unavailable;
    const sample = known;
    try {
      await breaker.execute(() => ask(sample, wanted, signal), signal);
    } catch {
      return unavailable;
    }
    const detail = `sample ${id}: the ${name} answers for others, but for this one: ${failed.message}`;
    return new DomainError('sampleKillsExtractor', detail);
  }

  const limited = (request: RemoteRequest, wanted: Wanted) => limit.execute(() => extract(request, wanted));

  return {
    entry,
    /**
     * Rejects with DomainError `sampleUnreadable` or `sampleKillsExtractor` for the sample's fault, with
     * `extractorUnavailable` when the server cannot be used, or with the reason of the request's signal.
     */
    extract: limited,
  };
}
