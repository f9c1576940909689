import { createAccountIdentities } from './accounts/accountIdentities.ts';
import { createAccountQueries } from './accounts/accountQueries.ts';
import { createAccountRemoval } from './accounts/accountRemoval.ts';
import { createAccountStore } from './accounts/accountStore.ts';
import { createAcknowledgements } from './ops/acknowledgements.ts';
import { createAuditExports } from './audit/exportQueries.ts';
import { createAuditLag } from './audit/auditLag.ts';
import { createFeedStore } from './audit/feedStore.ts';
import { createApiTokens, createTokenLookUp } from './accounts/apiTokens.ts';
import { createApprovalQueries } from './approvals/approvalQueries.ts';
import type { ApprovalRule } from '../domain/approvals/approval.ts';
import { createAuditQueries } from './audit/auditQueries.ts';
import { createAuditStore } from './audit/auditStore.ts';
import { createViewStore } from './audit/viewStore.ts';
import { createSealStore } from './audit/sealStore.ts';
import { createBlockCounts } from './ops/blockCounts.ts';
import type { Database, Reader } from './sql/connection.ts';
import { createCertificateStore } from './gc/certificateStore.ts';
import { createErasureQueries } from './gc/erasureQueries.ts';
import { createErrorQueries } from './tasks/errorQueries.ts';
import { createEventQueries } from './faces/eventQueries.ts';
import { createExtractStore } from './extract/extractStore.ts';
import { createFaceQueries } from './faces/faceQueries.ts';
import { createFollowedSchedules } from './schedules/followedSchedules.ts';
import { createGcStore } from './gc/gcStore.ts';
import { createHistoryStore } from './tasks/historyStore.ts';
import { createHomeQueries } from './ops/homeQueries.ts';
import { createLoginNetworks } from './accounts/loginNetworks.ts';
import { createListQueries } from './faces/listQueries.ts';
import { createMissedRuns } from './schedules/missedRuns.ts';
import { createNetworkCheckRuns } from './networks/networkCheckRuns.ts';
import { createNetworkCheckStore } from './networks/networkCheckStore.ts';
import { createNetworkQueries } from './networks/networkQueries.ts';
import { createNotificationQueries } from './tasks/notificationQueries.ts';
import { createObjectHistory } from './tasks/objectHistory.ts';
import { createOpenTasks } from './engine/openTasks.ts';
import { createOriginStore } from './gc/originStore.ts';
import { createOutbox } from './tasks/outbox.ts';
import { createOwnerlessCount } from './faces/ownerlessCount.ts';
import { createPartSums } from './engine/partSums.ts';
import { createKnownAccounts } from './accounts/knownAccounts.ts';
import { createHeldTasks } from './maintenance/heldTasks.ts';
import { createMaintenanceQueries, createMaintenanceStore } from './maintenance/maintenanceStore.ts';
import type { Pools } from './sql/pools.ts';
import { createEventPartitionQueries } from './ops/eventPartitions.ts';
import { createRetentionQueries } from './ops/retention.ts';
import { createResultQueries } from './tasks/resultQueries.ts';
import { createSampleStoreRow } from './faces/sampleStoreRow.ts';
import { createManualRuns } from './schedules/manualRuns.ts';
import { createScheduleRunQueries } from './schedules/scheduleRuns.ts';
import { createScheduleQueries } from './schedules/scheduleQueries.ts';
import { createScheduleStore } from './schedules/scheduleStore.ts';
import { createIdQueries } from './faces/idQueries.ts';
import { createPasskeys } from './accounts/passkeys.ts';
import { createSecondFactors } from './accounts/secondFactors.ts';
import { createSessionQueries } from './accounts/sessionQueries.ts';
import { createSearchQueries } from './search/searchQueries.ts';
import { createStatsStore } from './ops/statsStore.ts';
import { createSubtaskQueries } from './tasks/subtaskQueries.ts';
import { createSysInfoQueries } from './ops/sysInfoQueries.ts';
import { createTaskPageQueries } from './tasks/taskPageQueries.ts';
import { createTaskPreviews } from './selection/preview/taskPreview.ts';
import { createTaskQueries } from './tasks/taskQueries.ts';
import { createTaskStore } from './tasks/taskStore.ts';
import { createTombstoneStore } from './gc/tombstoneStore.ts';
import { createUpgradeQueries } from './upgrades/upgradeQueries.ts';
import { createUpgradeStore } from './upgrades/upgradeStore.ts';
import { createVersionUse } from './tasks/versionUse.ts';
import { createWindows } from './engine/windows.ts';
import { createWorkerStore } from './ops/workerStore.ts';

export type Stores = ReturnType<typeof createStores>;

/** What the API asks and orders, each over the connections that are for it. */
export function createStores(
  { identity, control, records, heavy, reading, exports, health }: Pools,
  approvalRule: ApprovalRule | null,
) {
  const heavyTasks = createTaskStore(heavy, approvalRule);
  return {
    accounts: {
      ...createAccountStore(records),
      ...createKnownAccounts(identity),
      ...createAccountRemoval(heavy),
    },
    /** Of log-ins; what is ordered writes its line in its own transaction. */
    audit: createAuditStore(identity),
    tasks: {
      ...createTaskStore(control, approvalRule),
      retry: heavyTasks.retry,
      remove: heavyTasks.remove,
      undo: heavyTasks.undo,
      decide: heavyTasks.decide,
    },
    acknowledgements: createAcknowledgements(control),
    accountIdentities: createAccountIdentities(control),
    apiTokens: createApiTokens(control),
    tokenLookUp: createTokenLookUp(identity),
    schedules: { ...createScheduleStore(records, approvalRule), ...createManualRuns(control, approvalRule) },
    approvalQueries: createApprovalQueries(reading),
    maintenance: createMaintenanceStore(control),
    heldTasks: createHeldTasks(control),
    networkChecks: createNetworkCheckStore(control),
    stats: createStatsStore(control),
    upgrades: createUpgradeStore(control),
    accountQueries: createAccountQueries(reading),
    certificates: createCertificateStore(control),
    erasureQueries: createErasureQueries(exports),
    auditQueries: createAuditQueries(reading),
    auditExports: createAuditExports(exports),
    auditSeals: createSealStore(control),
    /** By its holder: the process that sends. */
    auditFeeds: (holder: string) => createFeedStore(control, holder),
    auditLag: createAuditLag(reading),
    auditViews: createViewStore(identity),
    errorQueries: { ...createErrorQueries(reading), all: createErrorQueries(exports).all },
    eventQueries: createEventQueries(reading),
    faceQueries: createFaceQueries(reading),
    homeQueries: createHomeQueries(reading),
    idQueries: createIdQueries(reading),
    listQueries: createListQueries(reading),
    maintenanceQueries: createMaintenanceQueries(reading),
    /** Asked with every page, as its session is. */
    shownMaintenance: createMaintenanceQueries(identity),
    networkQueries: createNetworkQueries(reading),
    notificationQueries: createNotificationQueries(reading),
    objectHistory: createObjectHistory(reading),
    retentionQueries: createRetentionQueries(reading),
    eventPartitionQueries: createEventPartitionQueries(reading),
    scheduleQueries: createScheduleQueries(reading),
    scheduleRunQueries: createScheduleRunQueries(reading),
    loginNetworks: createLoginNetworks(identity),
    secondFactors: createSecondFactors(identity),
    passkeys: createPasskeys(identity),
    sessionQueries: createSessionQueries(identity),
    searchQueries: createSearchQueries(reading),
    sysInfoQueries: createSysInfoQueries(reading),
    taskQueries: { ...createTaskQueries(reading), all: createTaskQueries(exports).all },
    taskPageQueries: createTaskPageQueries(reading),
    /** What one page tells of tasks, all of it of one moment. */
    taskSnapshot: <T>(read: (queries: TaskReading) => Promise<T>): Promise<T> =>
      reading.snapshot((reader) => read(taskReading(reader))),
    taskPreviews: createTaskPreviews(reading),
    upgradeQueries: createUpgradeQueries(reading),
    versionUse: createVersionUse(reading),
    workers: createWorkerStore(reading),
    resultQueries: createResultQueries(exports),
    subtaskQueries: createSubtaskQueries(exports),
    /** For health and figures, which have to be told whatever the others wait for. */
    watched: {
      auditLag: createAuditLag(health),
      eventPartitions: createEventPartitionQueries(health),
      sampleStore: createSampleStoreRow(health),
      taskQueries: createTaskQueries(health),
      tombstones: createTombstoneStore(health),
      workers: createWorkerStore(health),
    },
  };
}

export type TaskReading = ReturnType<typeof taskReading>;

function taskReading(reader: Reader) {
  return {
    taskQueries: createTaskQueries(reader),
    taskPageQueries: createTaskPageQueries(reader),
    errorQueries: createErrorQueries(reader),
    auditQueries: createAuditQueries(reader),
  };
}

/** What tasks are worked on with, and kept going. What has settings of its own is made where these are. */
export function createEngineStores(db: Database) {
  return {
    blockCounts: createBlockCounts(db),
    extract: createExtractStore(db),
    followedSchedules: createFollowedSchedules(db),
    gc: createGcStore(db),
    heldTasks: createHeldTasks(db),
    history: createHistoryStore(db),
    missedRuns: createMissedRuns(db),
    networkChecks: createNetworkCheckRuns(db),
    openTasks: createOpenTasks(db),
    origins: createOriginStore(db),
    outbox: createOutbox(db),
    ownerless: createOwnerlessCount(db),
    partSums: createPartSums(db),
    sampleStore: createSampleStoreRow(db),
    stats: createStatsStore(db),
    tombstones: createTombstoneStore(db),
    windows: createWindows(db),
    workers: createWorkerStore(db),
  };
}
