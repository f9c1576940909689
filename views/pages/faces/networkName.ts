export const noNetwork = 'no network available';

interface Network {
  readonly version: number;
  readonly kind: string;
  readonly name: string;
}

/** Of the network that makes descriptors of this kind and version. One that made some may be no longer in EXTRACTORS_FILE. */
export function networkName(extractors: readonly Network[], kind: string, version: number): string {
  return extractors.find((one) => one.kind === kind && one.version === version)?.name ?? noNetwork;
}
