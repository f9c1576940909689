import { ConfigError } from '../platform/config.ts';

export type ExtractorKind = 'face' | 'body';

export interface ExtractorEntry {
  readonly version: number;
  readonly kind: ExtractorKind;
  readonly name: string;
  /** Length of the descriptor, float32 each. */
  readonly dimension: number;
  /** Whether the extractor can also tell age, gender and the like. */
  readonly attributes: boolean;
}

/** What we extract ourselves, importable without loading one. */
export const catalogue: readonly ExtractorEntry[] = [
  { version: 1, kind: 'face', name: 'resnet128', dimension: 128, attributes: true },
  { version: 2, kind: 'face', name: 'faceres', dimension: 1024, attributes: true },
  { version: 3, kind: 'face', name: 'mobileface', dimension: 256, attributes: false },
  { version: 101, kind: 'body', name: 'stripes', dimension: 256, attributes: false },
];

export function findExtractor(version: number, kind: ExtractorKind): ExtractorEntry | null {
  return catalogue.find((entry) => entry.version === version && entry.kind === kind) ?? null;
}

/** An extractor that is asked over HTTP (docs/remote-extractor.yaml). */
export interface RemoteEntry extends Omit<ExtractorEntry, 'name'> {
  readonly url: string;
}

/**
 * What can be extracted in this installation: our own networks and the remote extractors that are set.
 * @throws ConfigError when one version of a kind has two extractors
 */
export function catalogueWith(remotes: readonly RemoteEntry[]): readonly ExtractorEntry[] {
  const all = [...catalogue];
  for (const { kind, version, dimension, attributes } of remotes) {
    if (all.some((entry) => entry.kind === kind && entry.version === version)) {
      throw new ConfigError([`REMOTE_EXTRACTORS: ${kind} version ${version} has an extractor already`]);
    }
    all.push({ kind, version, dimension, attributes, name: 'remote' });
  }
  return all;
}
