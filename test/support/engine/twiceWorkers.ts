import { Context, asyncLocalStorage } from '@temporalio/activity';
import { createOriginDeletion } from '../../../activities/gc/settleOrigins.ts';
import { createActivities, type Activities } from '../../../activities/index.ts';
import { createEngineStores } from '../../../db/stores.ts';
import { createDatabase } from '../../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { explainFailure } from '../../../db/engine/faults.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createScheduledTasks } from '../../../db/schedules/scheduledTasks.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createDefaultVersionStore } from '../../../db/networks/defaultVersionStore.ts';
import { createVerificationQueries } from '../../../db/upgrades/verificationQueries.ts';
import { createUpgradeRuns } from '../../../db/upgrades/upgradeRuns.ts';
import { abilitiesOf } from '../../../domain/extract/networks.ts';
import { createExtractors } from '../../../extraction/extractors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { createExtractorPool } from '../../../extraction/pool/pool.ts';
import { openImageStore } from '../../../imagestore/openImageStore.ts';
import { createSampleRemoval } from '../../../imagestore/sampleRemoval.ts';
import { createGuardedRequest } from '../../../platform/outgoing/guardedRequest.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { ensureWorkflowBundle } from '../../../temporal/bundle.ts';
import { installRuntime } from '../../../temporal/runtime.ts';
import { createWorkers, fixedSlots } from '../../../temporal/workers.ts';
import { queueNames } from '../../../workflows/messages.ts';
import type { Engine } from './engine.ts';

/** How often an activity is delivered: its second delivery comes after the first's end, or beside it. */
export type Delivery = 'once' | 'one after the other' | 'both at once';

type Activity = (...args: never[]) => Promise<unknown>;

export type TwiceWorkers = Awaited<ReturnType<typeof startTwiceWorkers>>;

/** The workers of an engine that has none, in this process, with all that they are made of in `temporal/worker.ts`. */
export async function startTwiceWorkers(engine: Engine) {
  const log = createLogger({ name: 'test', level: 'error', format: 'json' });
  await installRuntime(log);
  const { config, databaseUrl, temporalAddress } = engine.running();
  const stopping = new AbortController();
  const db = createDatabase({ url: databaseUrl, applicationName: 'twice', maxConnections: 20 });
  await ensureDescriptorPartition(db, 'face_descriptors', 3);
  const pool = createExtractorPool({ processes: 1, networks: builtIn, log });
  const networks = createExtractors(pool, []);
  const requests = createGuardedRequest({ hosts: config.originHosts, deadlineMs: 5_000, maxConnections: 4 });
  const lifecycle = createTaskLifecycle(db);
  const { sampleStore, tombstones, ...stores } = createEngineStores(db);
  const images = openImageStore(config, sampleStore);
  await images.check();
  const removal = createSampleRemoval({ images, tombstones, log });
  const real = createActivities({
    lifecycle,
    plan: createPartPlan(db, {
      partSizes: { gc: config.partSizeGc, extract: config.partSizeExtract },
      partsPerStep: 2,
    }),
    windowOf: () => Promise.resolve(2),
    partsPerRun: config.partsPerRun,
    claims: createPartStore(db),
    explain: explainFailure,
    log,
    sums: (taskId) => lifecycle.sums(taskId),
    announce: () => undefined,
    metrics: createMetrics(),
    stopping: stopping.signal,
    whileResting: (_kind, wait) => wait(),
    restPerWork: () => 0,
    batchTargetMs: { gc: config.batchTargetMs, extract: config.extractBatchTargetMs },
    gc: stores.gc,
    scheduledTasks: createScheduledTasks(db, () => Promise.reject(new Error('no schedule here')), null),
    startNext: () => Promise.resolve(),
    upgradeRuns: createUpgradeRuns(db, {
      defaultVersions: createDefaultVersionStore(db, config),
      abilities: abilitiesOf(builtIn, config.basicAttributesVersion),
      hasFile: () => false,
      approvalRule: null,
    }),
    verification: createVerificationQueries(db),
    networks: builtIn,
    networkChecks: stores.networkChecks,
    runCheck: () => Promise.reject(new Error('no check here')),
    checkSampleStore: () => images.check(),
    removeFiles: (keys) => removal.remove(keys),
    files: tombstones,
    origins: stores.origins,
    deleteOrigin: createOriginDeletion(requests),
    extract: stores.extract,
    readSample: (key) => images.get(key),
    extractDescriptor: (sample) => networks.describe(sample),
    tellAttributes: (sample) => networks.tellAttributes(sample),
  });
  let delivery: Delivery = 'once';
  const delivered = new Map<string, number>();
  const wrap = <A extends Activity>(name: string, activity: A): A => {
    const count = (...args: Parameters<A>) => {
      delivered.set(name, (delivered.get(name) ?? 0) + 1);
      return activity(...args);
    };
    return (async (...args: Parameters<A>) => {
      const again = () => asyncLocalStorage.run(laterAttempt(Context.current()), () => count(...args));
      if (delivery === 'once') return count(...args);
      if (delivery === 'one after the other') {
        await count(...args);
        return again();
      }
      // Temporal takes the answer of the later attempt alone.
      const [, second] = await Promise.allSettled([count(...args), again()]);
      if (second.status === 'rejected') throw second.reason;
      return second.value;
    }) as A;
  };
  const wrapAll = <Group extends object>(queue: string, group: Group): Group =>
    Object.fromEntries(
      Object.entries(group).map(([name, activity]) => [name, wrap(`${queue} ${name}`, activity as Activity)]),
    ) as Group;
  const activities: Activities = {
    orchestrate: wrapAll('orchestrate', real.orchestrate),
    gc: wrapAll('gc', real.gc),
    extract: wrapAll('extract', real.extract),
  };
  const workers = createWorkers({
    connection: { address: temporalAddress },
    namespace: config.temporalNamespace,
    taskQueuePrefix: config.taskQueuePrefix,
    queues: queueNames,
    activities,
    slots: { orchestrate: fixedSlots(10), gc: fixedSlots(4), extract: fixedSlots(4) },
    log,
    stopping: stopping.signal,
  });
  await workers.start(await ensureWorkflowBundle(`${engine.folder}/cache`));
  return {
    /** From now on; answers how often each activity has been delivered, counted anew. */
    deliver: (how: Delivery): ReadonlyMap<string, number> => {
      delivery = how;
      delivered.clear();
      return delivered;
    },

    stop: async (): Promise<void> => {
      stopping.abort();
      workers.shutdown();
      await workers.whenStopped();
      await pool.close();
      requests.close();
      await db.close();
    },
  };
}

/** The same activity as Temporal would deliver it again: a later attempt. */
function laterAttempt(context: Context): Context {
  const { info } = context;
  return Object.create(context, { info: { value: { ...info, attempt: info.attempt + 1_000 } } }) as Context;
}
