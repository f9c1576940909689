import type { UpgradeRuns } from '../db/upgrades/upgradeRuns.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Gateway } from './gateway.ts';

export interface UpgradeReconcilerDeps {
  readonly upgrades: Pick<UpgradeRuns, 'open'>;
  readonly gateway: Pick<Gateway, 'findUpgrade' | 'tellUpgrade'>;
  readonly metrics: Pick<Metrics, 'reconcilerRepairs'>;
  readonly log: Logger;
}

const atOnce = 20;

/** Starts the workflows of upgrades whose start got lost, or whose workflow is gone. One round at each call. */
export function createUpgradeReconciler(deps: UpgradeReconcilerDeps): () => Promise<void> {
  const { upgrades, gateway, metrics, log } = deps;
  return async () => {
    for (const ref of await upgrades.open(atOnce)) {
      if ((await gateway.findUpgrade(ref)) === 'running') continue;
      await gateway.tellUpgrade(ref);
      metrics.reconcilerRepairs.inc({ kind: 'upgrade_started' });
      log.info({ ...ref }, 'an upgrade was restarted');
    }
  };
}
