import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { ConfigError, type Config } from '../../platform/config.ts';
import { extractorsFile, type NetworkEntry, type NetworkInput, type NetworkServer } from './schema.ts';

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

const builtInFile = fileURLToPath(new URL('../networks/extractors.yaml', import.meta.url));

/** The networks that come with the service. */
export const builtIn: readonly Network[] = readFile(builtInFile, true);

export function findNetwork<One extends Pick<Network, 'version' | 'kind'>>(
  networks: readonly One[],
  version: number,
  kind: NetworkKind,
): One | null {
  return networks.find((one) => one.version === version && one.kind === kind) ?? null;
}

/**
 * Every network of this installation: those of EXTRACTORS_FILE, or the built-in ones, and REMOTE_EXTRACTORS.
 * @throws ConfigError with all that is wrong with them
 */
export function readNetworks({
  extractorsFile: file,
  remoteExtractors,
}: Pick<Config, 'extractorsFile' | 'remoteExtractors'>): readonly Network[] {
  const networks = [
    ...(file === undefined ? builtIn : readFile(resolve(file), false)),
    ...remoteExtractors.flatMap(toNetworks),
  ];
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const { kind, version } of networks) {
    const name = `${kind} version ${version}`;
    if (seen.has(name)) faults.push(`EXTRACTORS_FILE, REMOTE_EXTRACTORS: ${name} has an extractor already`);
    seen.add(name);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return networks;
}

/** Numbers of its descriptors, float32 each; null where it makes none. */
export const lengthOf = (network: Pick<Network, 'outputs'> | null): number | null =>
  network !== null && 'descriptor' in network.outputs ? network.outputs.descriptor.length : null;

function readFile(file: string, isBuiltIn: boolean): readonly Network[] {
  const fault = (text: string): ConfigError => new ConfigError([`EXTRACTORS_FILE ${file}: ${text}`]);
  let content: unknown;
  try {
    content = load(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error));
  }
  const read = extractorsFile.safeParse(content);
  if (!read.success) {
    throw new ConfigError(
      read.error.issues.map(({ path, message }) => `EXTRACTORS_FILE ${file}: ${path.join('.')}: ${message}`),
    );
  }
  const own = read.data.extractors.map((entry) => ({
    ...entry,
    isBuiltIn,
    ...(entry.model === undefined ? {} : { model: resolve(dirname(file), entry.model) }),
  }));
  return [...(read.data.extends === undefined ? [] : builtIn), ...own];
}

/** An item of REMOTE_EXTRACTORS is a network that speaks docs/remote-extractor.yaml, or two. */
function toNetworks({
  kind,
  version,
  dimension,
  attributes,
  url,
}: Config['remoteExtractors'][number]): Network[] {
  const common = {
    ...{ version, name: 'remote', batch: 1, threads: 1, isBuiltIn: false },
    server: { protocol: 'json', url } as const,
  };
  const descriptors = { ...common, kind, outputs: { descriptor: { length: dimension } } };
  if (!attributes) return [descriptors];
  return [descriptors, { ...common, kind: 'attributes', outputs: { age: 'age', gender: 'gender' } }];
}
