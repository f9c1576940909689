import { createExtractPart, type ExtractPartDeps } from './extract/extractPart.ts';
import { createGcPart, type GcPartDeps } from './gc/gcPart.ts';
import {
  createNetworkCheck,
  createNetworkCheckFailure,
  type NetworkCheckDeps,
} from './networks/checkNetwork.ts';
import { createScheduledTask, type ScheduledTaskDeps } from './scheduledTask.ts';
import { createSampleTrial, type SampleTrialDeps } from './upgrades/trySamples.ts';
import { createVerifyUpgrade, type VerifyUpgradeDeps } from './upgrades/verifyUpgrade.ts';
import {
  createInquiry,
  createUpgradeActivities,
  trialOf,
  verificationOf,
  type UpgradeDeps,
} from './upgrades/runUpgrade.ts';
import { createLifecycleActivities, type LifecycleDeps } from './taskLifecycle.ts';

/** The activities of each queue. Workflows know them by type alone. */
export function createActivities(
  deps: LifecycleDeps &
    GcPartDeps &
    ExtractPartDeps &
    ScheduledTaskDeps &
    NetworkCheckDeps &
    UpgradeDeps &
    SampleTrialDeps &
    VerifyUpgradeDeps,
) {
  return {
    orchestrate: {
      ...createLifecycleActivities(deps),
      startScheduledTask: createScheduledTask(deps),
      failNetworkCheck: createNetworkCheckFailure(deps),
      ...createUpgradeActivities(deps),
      verifyUpgrade: createInquiry(deps, verificationOf(createVerifyUpgrade(deps))),
    },
    gc: { runPart: createGcPart(deps) },
    extract: {
      runPart: createExtractPart(deps),
      checkNetwork: createNetworkCheck(deps),
      trySamples: createInquiry(deps, trialOf(createSampleTrial(deps))),
    },
  };
}

export type Activities = ReturnType<typeof createActivities>;
