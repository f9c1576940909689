import { firstVersions } from '../../domain/extract/networks.ts';
import {
  findNetwork,
  findReference,
  isLocal,
  type LocalNetwork,
  type Network,
  type NetworkKind,
} from '../../extraction/catalogue/network.ts';
import type { Config } from '../../platform/config.ts';
import { UsageError } from '../cli/options.ts';

/** Without a kind, faces before bodies before attributes. */
export function chooseNetwork(
  networks: readonly Network[],
  version: number,
  kind: NetworkKind | undefined,
): LocalNetwork {
  const kinds: readonly NetworkKind[] = kind === undefined ? ['face', 'body', 'attributes'] : [kind];
  const network = kinds.map((one) => findNetwork(networks, version, one)).find((one) => one !== null);
  if (network === undefined) {
    const known = networks.map((one) => `${one.kind} ${one.version}`).join(', ');
    throw new UsageError(
      `no network has the version ${version}${kind === undefined ? '' : ` for ${kind}`}: there are ${known}`,
    );
  }
  if (isLocal(network)) return network;
  throw new UsageError(
    `${network.kind} version ${version} runs on another machine (${network.server?.url ?? ''}): there is no file here to check`,
  );
}

/** The default version, where it can be run here and is another one. */
export function chooseReference(
  networks: readonly Network[],
  network: LocalNetwork,
  config: Config,
): { readonly reference: LocalNetwork | null; readonly note: string | null } {
  const { kind } = network;
  if (kind === 'attributes') return { reference: null, note: null };
  const defaults = firstVersions(config);
  const reference = findReference(networks, network, defaults);
  if (reference !== null) return { reference, note: null };
  const note =
    defaults[kind] === network.version
      ? 'this is the default version, so there is nothing to compare it with.'
      : `version ${defaults[kind]}, the default, has no local file, so there is nothing to compare with.`;
  return { reference, note };
}
