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

/** What can be extracted, importable without loading a network. */
export const catalogue: readonly ExtractorEntry[] = [
  { version: 1, kind: 'face', name: 'resnet128', dimension: 128, attributes: true },
  { version: 2, kind: 'face', name: 'faceres', dimension: 1024, attributes: true },
  { version: 3, kind: 'face', name: 'mobileface', dimension: 256, attributes: false },
];

export function findExtractor(version: number, kind: ExtractorKind): ExtractorEntry | null {
  return catalogue.find((entry) => entry.version === version && entry.kind === kind) ?? null;
}
