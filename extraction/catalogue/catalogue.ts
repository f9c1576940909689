import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import type { KnownNetwork } from '../../domain/networks/check.ts';
import { ConfigError, type Config } from '../../platform/config.ts';
import { lengthOf, type Network } from './network.ts';
import { extractorsFile } from './schema.ts';

const builtInFile = fileURLToPath(new URL('../networks/extractors.yaml', import.meta.url));

/** The networks that come with the service. */
export const builtIn: readonly Network[] = readFile(builtInFile, true);

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

/** What people are told of them. */
export const knownNetworks = (networks: readonly Network[]): readonly KnownNetwork[] =>
  networks.map((network) => {
    const { version, kind, name, server } = network;
    return { version, kind, name, length: lengthOf(network), server: server?.url ?? null };
  });

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
