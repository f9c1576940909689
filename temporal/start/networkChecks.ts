import { DomainError } from '../../domain/errors.ts';
import type { DefaultVersions } from '../../domain/extract/networks.ts';
import { findReference, isLocal } from '../../extraction/catalogue/network.ts';
import { runCheckProcess } from '../../extraction/check/checkProcess.ts';
import type { NetworkCheckDeps } from '../../activities/networks/checkNetwork.ts';
import type { WorkerConfig } from './resources.ts';

// As the command makes by default.
const copies = 10;

/** Checks the networks of a version beside those of the default version, with the files that this worker has. */
export function createRunCheck(
  { networks }: Pick<WorkerConfig, 'networks'>,
  readDefaults: () => Promise<DefaultVersions>,
): NetworkCheckDeps['runCheck'] {
  return async (version, options) => {
    const wanted = networks.filter(isLocal).filter((network) => network.version === version);
    if (wanted.length === 0) {
      throw new DomainError(
        'noExtractor',
        `the worker that ran the check has no file of version ${version}: API and workers need the same EXTRACTORS_FILE`,
      );
    }
    const defaults = await readDefaults();
    const order = wanted.map((network) => ({
      network,
      reference: findReference(networks, network, defaults),
    }));
    return runCheckProcess({ networks: order, copies }, options);
  };
}
