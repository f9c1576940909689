import type { NetworkCheckRuns } from '../db/networks/networkCheckRuns.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Gateway } from './gateway.ts';

export interface NetworkCheckReconcilerDeps {
  readonly checks: Pick<NetworkCheckRuns, 'open'>;
  readonly gateway: Pick<Gateway, 'findNetworkCheck' | 'startNetworkCheck'>;
  readonly metrics: Pick<Metrics, 'reconcilerRepairs'>;
  readonly log: Logger;
}

const atOnce = 20;

/** Starts checks of networks whose start got lost, or whose workflow is gone. One round at each call. */
export function createNetworkCheckReconciler(deps: NetworkCheckReconcilerDeps): () => Promise<void> {
  const { checks, gateway, metrics, log } = deps;
  return async () => {
    for (const ref of await checks.open(atOnce)) {
      if ((await gateway.findNetworkCheck(ref)) === 'running') continue;
      await gateway.startNetworkCheck(ref);
      metrics.reconcilerRepairs.inc({ kind: 'network_check_started' });
      log.info({ ...ref }, 'a network check was restarted');
    }
  };
}
