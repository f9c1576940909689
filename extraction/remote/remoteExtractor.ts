import { bulkhead } from 'cockatiel';
import type { RemoteNetwork } from '../catalogue/network.ts';
import type { Made } from '../extractor.ts';
import { createBatcher } from './batcher.ts';
import { unlessAborted } from './job.ts';
import { createPolicy, type PolicyOptions } from './policy.ts';
import type { RemoteProtocol, RemoteRequest } from './protocol.ts';
import { createSettler } from './settle.ts';

export interface RemoteOptions extends PolicyOptions {
  /** Requests under way at the same time. */
  readonly concurrency: number;
  /** Called for each sample that was answered, with its share of its request's time. */
  onAnswer?(seconds: number): void;
}

export type RemoteExtractor = ReturnType<typeof createRemoteExtractor>;

// Of batches that are made while as many as allowed are under way.
const batchesAhead = 2;

/**
 * An extractor on another machine. It is asked for a few batches at a time, again with growing pauses when it fails,
 * and left alone for a while when it fails again and again.
 */
export function createRemoteExtractor(
  entry: RemoteNetwork,
  protocol: RemoteProtocol,
  options: RemoteOptions,
) {
  const { concurrency, log } = options;
  const name = `extractor of ${entry.kind} version ${entry.version} at ${new URL(entry.server.url).host}`;
  const policy = createPolicy(name, Math.ceil(Math.log2(protocol.atOnce())), options);
  let most = Infinity;
  const atOnce = () => Math.min(most, protocol.atOnce());
  const settle = createSettler({
    ...{ name, protocol, policy },
    ...(options.onAnswer === undefined ? {} : { onAnswer: options.onAnswer }),
    onMost: (samples) => {
      // A model of a fixed batch tells so itself.
      if (samples >= atOnce()) return;
      most = samples;
      log.info({ samples }, `${name} accepts smaller batches than its entry says`);
    },
  });
  const batcher = createBatcher({ concurrency, atOnce, send: settle });
  const room = bulkhead((concurrency + batchesAhead) * protocol.atOnce(), Number.MAX_SAFE_INTEGER);

  async function submit(request: RemoteRequest): Promise<Made> {
    const { id, signal } = request;
    signal.throwIfAborted();
    const input = await protocol.prepare(request);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      batcher.add({ id, input, signal, resolve, reject });
    });
  }

  return {
    entry,
    name,
    /**
     * Rejects with DomainError `sampleUnreadable` or `sampleKillsExtractor` for the sample's fault, with
     * `extractorUnavailable` when the server cannot be used, or with the reason of the request's signal.
     */
    extract: (request: RemoteRequest): Promise<Made> =>
      unlessAborted(
        request.signal,
        room.execute(() => submit(request)),
      ),
    /** Rejects with what keeps the server from being used, as far as can be seen without a sample. */
    check: () => protocol.check(),
  };
}
