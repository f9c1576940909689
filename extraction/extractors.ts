import type { BasicAttributes } from '../domain/extract/extraction.ts';
import type { NetworkKind } from './catalogue/network.ts';
import type { ExtractorPool } from './pool/pool.ts';
import type { RemoteExtractor, RemoteRequest } from './remote/remoteExtractor.ts';

export interface SampleToExtract extends RemoteRequest {
  readonly version: number;
  readonly kind: 'face' | 'body';
  /** Where an extractor process may read the image for itself; `bytes` is called when it cannot. */
  readonly file?: () => string;
}

export type Extractors = ReturnType<typeof createExtractors>;

/** Our own networks, in child processes, and the remote extractors, by version and kind. */
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
      return given((await remote.extract(sample, 'descriptor')).descriptor);
    },
    /** Like `describe`. */
    tellAttributes: async (sample: SampleToExtract): Promise<BasicAttributes> => {
      const remote = findRemote(sample.version, 'attributes');
      if (remote === undefined) return pool.tellAttributes(sample);
      return given((await remote.extract(sample, 'attributes')).attributes);
    },
  };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the remote extractor made something else than was wanted');
  return value;
}
