import type { ErrorName } from '../errors.ts';
import type { DefaultVersions, Network } from '../extract/networks.ts';
import type { NetworkReport } from './report.ts';

/** An order to check all networks of one version. */
export interface NetworkCheckRef {
  readonly checkId: number;
  readonly version: number;
}

export type CheckState = 'waiting' | 'running' | 'done' | 'failed';

/** Why a check came to no report; what is wrong with a network is in its report. */
export interface CheckFailure {
  readonly error: ErrorName;
  readonly detail: string;
}

/** Entry of EXTRACTORS_FILE, as far as people are told of it. */
export interface KnownNetwork extends Network {
  readonly name: string;
  /** Numbers of its descriptors; null where it makes none. */
  readonly length: number | null;
  /** Address of the server that runs it; null: the workers do. */
  readonly server: string | null;
}

/** Beginnings of one check. More end a worker, or its process, each time. */
export const mostAttempts = 5;

/** Why none of a version's networks can be checked; null: one can. */
export function whyUnchecked(version: number, networks: readonly KnownNetwork[]): string | null {
  if (networks.length === 0) {
    return `EXTRACTORS_FILE no longer has a network of version ${version}, so there is no file to check.`;
  }
  return networks.some(({ server }) => server === null)
    ? null
    : 'It runs on another machine, so there is no local file to check.';
}

/** The kinds of descriptors that the networks of a version make. */
export function describedKinds(networks: readonly Pick<Network, 'kind'>[]): (keyof DefaultVersions)[] {
  return [...new Set(networks.flatMap(({ kind }) => (kind === 'attributes' ? [] : [kind])))];
}

/** Everything that speaks against a version, each with the kind of its network where there are several. */
export function faultsOf(reports: readonly NetworkReport[]): string[] {
  return reports.flatMap(({ network, faults }) =>
    faults.map((fault) => (reports.length === 1 ? fault : `${network.kind}: ${fault}`)),
  );
}
