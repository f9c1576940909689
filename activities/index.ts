import { createExtractPart, type ExtractPartDeps } from './extract/extractPart.ts';
import { createGcPart, type GcPartDeps } from './gc/gcPart.ts';
import {
  createNetworkCheck,
  createNetworkCheckFailure,
  type NetworkCheckDeps,
} from './networks/checkNetwork.ts';
import { createScheduledTask, type ScheduledTaskDeps } from './scheduledTask.ts';
import { createLifecycleActivities, type LifecycleDeps } from './taskLifecycle.ts';

/** The activities of each queue. Workflows know them by type alone. */
export function createActivities(
  deps: LifecycleDeps & GcPartDeps & ExtractPartDeps & ScheduledTaskDeps & NetworkCheckDeps,
) {
  return {
    orchestrate: {
      ...createLifecycleActivities(deps),
      startScheduledTask: createScheduledTask(deps),
      failNetworkCheck: createNetworkCheckFailure(deps),
    },
    gc: { runPart: createGcPart(deps) },
    extract: { runPart: createExtractPart(deps), checkNetwork: createNetworkCheck(deps) },
  };
}

export type Activities = ReturnType<typeof createActivities>;
