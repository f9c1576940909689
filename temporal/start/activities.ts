import { hostname } from 'node:os';
import { createOriginDeletion } from '../../activities/gc/settleOrigins.ts';
import { createActivities } from '../../activities/index.ts';
import { explainFailure } from '../../db/engine/faults.ts';
import { createPartPlan } from '../../db/engine/partPlan.ts';
import { createPartStore } from '../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../db/engine/taskLifecycle.ts';
import { createVerificationQueries } from '../../db/upgrades/verificationQueries.ts';
import { createScheduledTasks } from '../../db/schedules/scheduledTasks.ts';
import { createTaskAnnouncer } from '../../db/tasks/taskAnnouncer.ts';
import { abilitiesOf } from '../../domain/extract/networks.ts';
import { freezeContent } from '../../domain/tasks/freezeContent.ts';
import { createGuardedRequest } from '../../platform/outgoing/guardedRequest.ts';
import { createYieldingSlots } from '../yieldingSlots.ts';
import { createRunCheck } from './networkChecks.ts';
import type { Networks } from './networks.ts';
import type { WorkerProcess, WorkerResources } from './resources.ts';

/** The activities of all queues, and the slots of those that work on parts. */
export function createWorkerActivities(
  { config, log, shutdown, stopping }: WorkerProcess,
  {
    db,
    stores,
    images,
    removal,
    admission,
    metrics,
    defaultVersions,
    upgradeRuns,
    approvalRule,
    pressure,
  }: WorkerResources,
  { extractors }: Networks,
) {
  // 16 of them for each part of gc that this process may have at once.
  const originRequests = createGuardedRequest({
    hosts: config.originHosts,
    deadlineMs: 5_000,
    maxConnections: 32 * config.gcWindow,
  });
  shutdown.on('last', 'connections to image origins', () => {
    originRequests.close();
  });
  const announcer = createTaskAnnouncer({ url: config.databaseUrl, log });
  shutdown.on('last', 'announcements', () => announcer.close());

  const lifecycle = createTaskLifecycle(db, {
    onTaken: ({ action, seconds }) => {
      metrics.controlLatency.observe({ action }, seconds);
    },
    onTaskFailed: ({ kind, isScheduled }) => {
      metrics.tasksFailed.inc({ type: kind, made_by: isScheduled ? 'schedule' : 'admin' });
      if (isScheduled) metrics.scheduleFailures.inc({ reason: 'task_failed' });
    },
  });
  /** A place may be free: nobody waits for its next task, and what goes wrong is the reconciler's. */
  const freeingPlace = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work;
    admission.startNext().catch((error: unknown) => {
      log.debug({ err: error }, 'the next task could not be started');
    });
    return answer;
  };
  const extractSlots = config.extractProcesses + 2;
  const slots = {
    gc: createYieldingSlots(2 * config.gcWindow),
    extract: createYieldingSlots(extractSlots),
  };
  const networks = () => {
    if (extractors === null) throw new Error('this worker has no extractors');
    return extractors;
  };
  const activities = createActivities({
    lifecycle: {
      ...lifecycle,
      load: (ref) => freeingPlace(lifecycle.load(ref)),
      pause: (ref) => freeingPlace(lifecycle.pause(ref)),
      finish: (ref, end) => freeingPlace(lifecycle.finish(ref, end)),
    },
    plan: createPartPlan(db, {
      partSizes: { gc: config.partSizeGc, extract: config.partSizeExtract },
      aheadMs: 1_000,
    }),
    windowOf: (ref, kind) =>
      kind === 'gc' ? Promise.resolve(config.gcWindow) : stores.windows.tell(ref, extractSlots),
    partsPerRun: config.partsPerRun,
    claims: createPartStore(db, `${hostname()}:${process.pid}`),
    explain: explainFailure,
    log,
    sums: (taskId) => lifecycle.sums(taskId),
    announce: announcer.announce,
    metrics,
    whileResting: (kind, wait) => slots[kind].yieldWhile(wait),
    restPerWork: pressure.rest,
    stopping,
    batchTargetMs: { gc: config.batchTargetMs, extract: config.extractBatchTargetMs },
    gc: stores.gc,
    scheduledTasks: createScheduledTasks(
      db,
      async (tx) => {
        const abilities = abilitiesOf(config.networks, config.basicAttributesVersion);
        const around = { ...abilities, defaultVersions: await defaultVersions.read(tx) };
        return ({ taskType, content }, now) => freezeContent(taskType, content, { ...around, now });
      },
      approvalRule,
    ),
    startNext: admission.startNext,
    upgradeRuns,
    verification: createVerificationQueries(db),
    networks: config.networks,
    networkChecks: stores.networkChecks,
    runCheck: createRunCheck(config, defaultVersions.read),
    checkSampleStore: () => images.check(),
    removeFiles: (keys) => removal.remove(keys),
    files: stores.tombstones,
    origins: stores.origins,
    deleteOrigin: createOriginDeletion(originRequests),
    extract: stores.extract,
    readSample: (key) => images.get(key),
    fileOfSample: images.fileOf,
    extractDescriptor: async (sample) => networks().describe(sample),
    tellAttributes: async (sample) => networks().tellAttributes(sample),
  });
  return { activities, slots, extractSlots };
}
