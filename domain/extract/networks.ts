import type { ExtractSurroundings } from './extractContent.ts';

/** A network that is at hand, in this service or behind HTTP. */
export interface Network {
  readonly version: number;
  readonly kind: 'face' | 'body';
  /** Whether it tells basic attributes too. */
  readonly attributes: boolean;
}

/** What an extract may ask of the networks at hand. */
export function abilitiesOf(
  networks: readonly Network[],
  basicAttributesVersion: number,
): Pick<ExtractSurroundings, 'attributesVersion' | 'hasExtractor'> {
  const teller = networks.find(
    ({ version, kind, attributes }) => version === basicAttributesVersion && kind === 'face' && attributes,
  );
  return {
    attributesVersion: teller?.version ?? null,
    hasExtractor: (version, kind) => networks.some((one) => one.version === version && one.kind === kind),
  };
}
