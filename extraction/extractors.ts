import type { BasicAttributes } from '../domain/extract/extraction.ts';
import {
  isOpenInference,
  sampleKindOf,
  speaksJson,
  type NetworkKind,
  type RemoteNetwork,
} from './catalogue/network.ts';
import type { ExtractorPool } from './pool/pool.ts';
import { createJsonProtocol } from './remote/json.ts';
import { createOpenInference } from './remote/openInference/openInference.ts';
import type { RemoteProtocol, RemoteRequest } from './remote/protocol.ts';
import { createRemoteExtractor, type RemoteExtractor, type RemoteOptions } from './remote/remoteExtractor.ts';

export interface SampleToExtract extends RemoteRequest {
  readonly version: number;
  readonly kind: 'face' | 'body';
  /** Where an extractor process may read the image for itself; `bytes` is called when it cannot. */
  readonly file?: () => string;
}

export type Extractors = ReturnType<typeof createExtractors>;

/** Our own networks, in child processes, and those on other machines, by version and kind. */
export function createExtractors(
  pool: Pick<ExtractorPool, 'run' | 'tellAttributes'>,
  remotes: readonly RemoteExtractor[],
) {
  const findRemote = (version: number, kind: NetworkKind) =>
    remotes.find(({ entry }) => entry.version === version && entry.kind === kind);
  return {
    /**
     * Calls `bytes` when an extractor is about to need them, so that images do not pile up in memory.
     * @throws DomainError sampleUnreadable | sampleKillsExtractor for what is wrong with this sample alone,
     *   extractorUnavailable when no sample can be extracted now
     */
    describe: async (sample: SampleToExtract): Promise<Float32Array> => {
      const remote = findRemote(sample.version, sample.kind);
      if (remote === undefined) return (await pool.run(sample)).descriptor;
      return given((await remote.extract(sample)).descriptor);
    },
    /** Like `describe`. */
    tellAttributes: async (sample: SampleToExtract): Promise<BasicAttributes> => {
      const remote = findRemote(sample.version, 'attributes');
      if (remote === undefined) return pool.tellAttributes(sample);
      return given((await remote.extract(sample)).attributes);
    },
  };
}

export interface OpenRemoteOptions extends RemoteOptions {
  /** Of one request. */
  readonly timeoutMs: number;
}

/** An extractor on another machine, in the words of its server; `pool` makes what an inference server is fed with. */
export function openRemote(
  entry: RemoteNetwork,
  pool: Pick<ExtractorPool, 'prepare'>,
  { timeoutMs, ...options }: OpenRemoteOptions,
): RemoteExtractor {
  if (speaksJson(entry)) return createRemoteExtractor(entry, createJsonProtocol(entry, timeoutMs), options);
  if (!isOpenInference(entry)) throw new Error(`${entry.server.protocol} is not spoken without an input`);
  const { version, kind } = entry;
  const prepare: RemoteProtocol['prepare'] = ({ id, bytes }) =>
    pool.prepare({ id, bytes, version, kind: sampleKindOf(entry), attributes: kind === 'attributes' });
  return createRemoteExtractor(entry, createOpenInference(entry, prepare, timeoutMs), options);
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the remote extractor returned something other than requested');
  return value;
}
