import { createDelivery } from '../../activities/deliverNotification.ts';
import { expireScheduleApprovals } from '../../db/approvals/scheduleApprovals.ts';
import { expireTaskApprovals } from '../../db/approvals/taskApprovals.ts';
import { createDuePurges } from '../../db/tasks/createUndo.ts';
import { createEventPartitions } from '../../db/ops/eventPartitions.ts';
import { createRetention } from '../../db/ops/retention.ts';
import { timeOf } from '../../db/sql/databaseClock.ts';
import { createGuardedRequest } from '../../platform/outgoing/guardedRequest.ts';
import { runDeliveries } from '../deliveries.ts';
import { createMaintenanceFollower } from '../maintenanceFollower.ts';
import { createMissedRunWatch } from '../missedRunWatch.ts';
import { createNetworkCheckReconciler } from '../networkCheckReconciler.ts';
import { runReconciler } from '../reconciler.ts';
import { createSampleWatch } from '../sampleWatch.ts';
import { createScheduleReconciler } from '../scheduleReconciler.ts';
import { createUpgradeReconciler } from '../upgradeReconciler.ts';
import type { WorkerProcess, WorkerResources } from './resources.ts';

/** What runs beside the workflows: the reconciler, and the deliveries of notifications. */
export function startOrchestrator(
  { config, log, shutdown, stopping }: WorkerProcess,
  { db, stores, admission, turns, gateway, metrics, removal, upgradeRuns }: WorkerResources,
): void {
  const retention = createRetention(db, config);
  const eventPartitions = createEventPartitions(db, config.eventPartitionDays);
  const reconciling = runReconciler(
    {
      tasks: stores.openTasks,
      startNext: admission.startNext,
      isHeldUp: () => turns.isHeldUp(),
      gateway,
      followSchedules: createScheduleReconciler({
        ...{ schedules: stores.followedSchedules, gateway, metrics, log },
      }),
      followNetworkChecks: createNetworkCheckReconciler({
        ...{ checks: stores.networkChecks, gateway, metrics, log },
      }),
      followUpgrades: createUpgradeReconciler({ ...{ upgrades: upgradeRuns, gateway, metrics, log } }),
      followMaintenance: createMaintenanceFollower({ heldTasks: stores.heldTasks, gateway }),
      watchMissedRuns: createMissedRunWatch({ runs: stores.missedRuns, metrics, log, now: () => timeOf(db) }),
      expireApprovals: async () => {
        await expireTaskApprovals(db);
        await expireScheduleApprovals(db);
      },
      endUndoWindows: () => createDuePurges(db),
      sweepFiles: () => removal.sweep(),
      sweepOld: () => retention.sweep(),
      keepEventPartitions: async () => {
        const failed = await eventPartitions.keep();
        if (failed > 0)
          log.warn(
            { days: failed },
            'too many events lie outside of partitions for a partition of their day',
          );
      },
      moveEvents: () => eventPartitions.move(),
      outgrownWindows: () => stores.windows.outgrown(),
      mergeCounts: () => stores.blockCounts.merge(),
      foldSums: () => stores.partSums.fold(),
      sampleHistory: () => stores.history.sample(),
      sampleWatch: createSampleWatch({ ownerless: stores.ownerless, tombstones: stores.tombstones, metrics }),
      metrics,
      log,
      intervalMs: config.reconcileIntervalMs,
    },
    stopping,
  );
  shutdown.on('normal', 'reconciler', () => reconciling);

  const client = createGuardedRequest({ hosts: config.notificationHosts, deadlineMs: 10_000 });
  shutdown.on('last', 'connections to receivers of notifications', () => {
    client.close();
  });
  const { outbox } = stores;
  const deliver = createDelivery({ outbox, client, secrets: config.notificationSecrets ?? {}, log });
  const delivering = runDeliveries({ outbox, deliver, log }, stopping);
  shutdown.on('normal', 'deliveries of notifications', () => delivering);
}
