import type { DefaultVersions } from '../../domain/extract/networks.ts';
import type { Wish } from '../extractor.ts';
import type { SampleKind } from '../pictures/storedSample.ts';
import type { NetworkEntry, NetworkInput, NetworkServer } from './schema.ts';

/** A network that can be run here: every path is whole. */
export type Network = NetworkEntry & {
  /** Comes with the service and was proved by its tests. */
  readonly isBuiltIn: boolean;
};

/** One whose file is here. */
export type LocalNetwork = Network & { readonly model: string; readonly input: NetworkInput };

/** One on another machine. */
export type RemoteNetwork = Network & { readonly server: NetworkServer };

/** One whose input is made here. */
export type PreparedNetwork = Network & { readonly input: NetworkInput };

/** One that is asked as docs/remote-extractor.yaml says. */
export type JsonNetwork = Network & { readonly server: ServerOf<'json'> };

/** One that an inference server runs. */
export type OpenInferenceNetwork = PreparedNetwork & { readonly server: ServerOf<'open-inference'> };

type ServerOf<Protocol extends NetworkServer['protocol']> = Extract<
  NetworkServer,
  { readonly protocol: Protocol }
>;

export const isLocal = (network: Network): network is LocalNetwork =>
  network.model !== undefined && isPrepared(network);

export const isRemote = (network: Network): network is RemoteNetwork => network.server !== undefined;

export const isPrepared = (network: Network): network is PreparedNetwork => network.input !== undefined;

export const isOpenInference = (network: Network): network is OpenInferenceNetwork =>
  network.server?.protocol === 'open-inference' && isPrepared(network);

export const speaksJson = (network: Network): network is JsonNetwork => network.server?.protocol === 'json';

export type NetworkKind = Network['kind'];

/** What a network looks at: attributes are told by the face. */
export const sampleKindOf = ({ kind }: Pick<Network, 'kind'>): SampleKind =>
  kind === 'body' ? 'body' : 'face';

/** Which of a version's networks makes it; of both, the one that describes. */
export const networkKindOf = ({ kind, wanted }: Wish): NetworkKind =>
  wanted.startsWith('attributes') ? 'attributes' : kind;

export function findNetwork<One extends Pick<Network, 'version' | 'kind'>>(
  networks: readonly One[],
  version: number,
  kind: NetworkKind,
): One | null {
  return networks.find((one) => one.version === version && one.kind === kind) ?? null;
}

/** What a network's descriptors are compared with: the default version; null: it is that itself, or has no file here. */
export function findReference(
  networks: readonly Network[],
  { version, kind }: Network,
  defaults: DefaultVersions,
): LocalNetwork | null {
  if (kind === 'attributes' || defaults[kind] === version) return null;
  return findNetwork(networks.filter(isLocal), defaults[kind], kind);
}

/** Numbers of its descriptors, float32 each; null where it makes none. */
export const lengthOf = (network: Pick<Network, 'outputs'> | null): number | null =>
  network !== null && 'descriptor' in network.outputs ? network.outputs.descriptor.length : null;
