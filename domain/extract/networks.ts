import type { ExtractSurroundings } from './extractContent.ts';

/** A network that is at hand, in this service or behind HTTP. */
export interface Network {
  readonly version: number;
  /** What it makes: a descriptor of a face or a body, or basic attributes. */
  readonly kind: 'face' | 'body' | 'attributes';
}

/** The version that objects must have to be extracted anew, and that an import makes. */
export interface DefaultVersions {
  readonly face: number;
  readonly body: number;
}

/** Of descriptors. */
export type DescribedKind = keyof DefaultVersions;

/** What they are until somebody switches them. */
export const firstVersions = (settings: {
  readonly defaultDescriptorVersion: number;
  readonly defaultBodyDescriptorVersion: number;
}): DefaultVersions => ({
  face: settings.defaultDescriptorVersion,
  body: settings.defaultBodyDescriptorVersion,
});

/** Whether it makes descriptors. */
export const describes = <One extends Network>(
  network: One,
): network is One & { readonly kind: 'face' | 'body' } => network.kind !== 'attributes';

/** What an extract may ask of the networks at hand. */
export function abilitiesOf(
  networks: readonly Network[],
  basicAttributesVersion: number,
): Pick<ExtractSurroundings, 'attributesVersion' | 'hasExtractor'> {
  const has = (version: number, kind: Network['kind']): boolean =>
    networks.some((one) => one.version === version && one.kind === kind);
  return {
    attributesVersion: has(basicAttributesVersion, 'attributes') ? basicAttributesVersion : null,
    hasExtractor: has,
  };
}
