import { setTimeout as delay } from 'node:timers/promises';
import type { SnakeCased } from '../../api/http/snakeCase.ts';
import type { NetworkVersionJson } from '../../api/networks/present.ts';
import type { UpgradeJson, UpgradeStepJson } from '../../api/upgrades/present.ts';
import type { UpgradeAction } from '../../domain/upgrades/actions.ts';
import type { StepReport } from '../../domain/upgrades/stepReport.ts';
import type { UpgradeRequest, UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import type { ApiClient } from '../cli/apiClient.ts';

export type StepJson = UpgradeStepJson & { readonly report: SnakeCased<StepReport> };
export type FollowedUpgrade = UpgradeJson & { readonly steps: readonly StepJson[] };

export type UpgradeCalls = ReturnType<typeof createUpgradeCalls>;

/** What an admin does to upgrades, by the REST API. */
export function createUpgradeCalls(api: ApiClient, signal: AbortSignal) {
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal });
  return {
    begin: (request: UpgradeRequest) => api.post<FollowedUpgrade>('/upgrades', request),
    act: (upgradeId: number, action: UpgradeAction) =>
      api.patch<FollowedUpgrade>(`/upgrades/${upgradeId}`, { action }),
    network: (version: number) => api.get<NetworkVersionJson>(`/networks/${version}`),

    /** Until a check of the version is under way. */
    checkBegins: async (version: number): Promise<void> => {
      for (;;) {
        const { last_check } = await api.get<NetworkVersionJson>(`/networks/${version}`);
        if (last_check !== null && last_check.state !== 'waiting') return;
        await pause(100);
      }
    },

    /** Looks at the upgrade until it `holds`, also past an API that is away for a moment. */
    follow: async (
      upgradeId: number,
      holds: (upgrade: FollowedUpgrade) => boolean,
      { everyMs = 100, limitMs = 600_000 } = {},
    ): Promise<FollowedUpgrade> => {
      const limit = Date.now() + limitMs;
      for (;;) {
        const upgrade = await api.get<FollowedUpgrade>(`/upgrades/${upgradeId}`).catch(unlessAway);
        if (upgrade !== null && holds(upgrade)) return upgrade;
        if (upgrade?.waits_for === 'decision') {
          throw new Error(`upgrade ${upgradeId} needs a decision: ${upgrade.reasons.join(' ')}`);
        }
        if (Date.now() > limit) throw new Error(`upgrade ${upgradeId} stays at ${JSON.stringify(upgrade)}`);
        await pause(everyMs);
      }
    },
  };
}

/** `fetch` rejects so where nobody answers. */
function unlessAway(error: unknown): null {
  if (error instanceof TypeError) return null;
  throw error;
}

/** The last time that the step was begun. */
export function stepOf({ steps }: FollowedUpgrade, step: UpgradeStep): StepJson | undefined {
  return steps.findLast((one) => one.step === step);
}
