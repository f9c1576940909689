import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import { auditBooks, takeSnapshot, type AuditOptions } from '../../../books/auditBooks.ts';
import type { SampleBucket } from '../../../books/bucketFiles.ts';
import { startEverything } from '../../../commands/system/system.ts';
import type { SystemOptions } from '../../../commands/system/options.ts';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createHostChoice } from '../../../db/sql/hostChoice.ts';
import { createRecords, type Records } from '../../../db/sql/records.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import {
  freezeExtractContent,
  type ExtractContent,
  type ExtractRequest,
} from '../../../domain/extract/extractContent.ts';
import { freezeGcContent, type GcRequest } from '../../../domain/gc/gcContent.ts';
import type { TaskRef } from '../../../domain/tasks/parts.ts';
import type { TaskState } from '../../../domain/tasks/task.ts';
import { createFolderStore } from '../../../imagestore/folder.ts';
import type { ImageStore } from '../../../imagestore/imageStore.ts';
import { createLogger } from '../../../platform/logger.ts';
import { parseDatabaseAddress } from '../../../platform/databaseAddress.ts';
import { childrenOf } from '../../../platform/processes.ts';
import { createGateway } from '../../../temporal/gateway.ts';
import { createTestDatabase, testTemporalAddress } from '../servers/database.ts';
import { buildEvent, insertEventRows, type EventRow } from '../rows/eventRows.ts';
import { createTestFolder } from '../folder.ts';
import { buildFace, insertFaces, tester, type FaceRow } from '../rows/rows.ts';
import { waitFor } from '../waitFor.ts';
import { withClient as lendClient } from '../../../books/withClient.ts';
import { unmarked } from './unmarked.ts';

export interface TaskRow {
  readonly state: TaskState;
  readonly generation: number;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failure: object | null;
  readonly resultId: string | null;
}

export interface EngineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly workers: readonly string[];
  /** Servers of its own, which may be killed, and the API; else the test run's servers. */
  readonly ownServers?: boolean;
  /** Beside the test run's servers. */
  readonly api?: boolean;
  /** What API and workers reach their database by; the tests themselves and all that needs a session go straight to it. */
  readonly pooler?: { urlOf(url: string): string };
  /** Of its own PostgreSQL. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Where samples are, unless in a folder of the engine's own; `env` has the settings. */
  readonly store?: { readonly images: ImageStore; readonly bucket: SampleBucket };
}

export interface NewFaces {
  readonly count: number;
  /** Images for the first faces, each used in turn; each face has a file of its own. */
  readonly images?: readonly Buffer[];
  readonly imaged?: number;
  readonly versions?: readonly number[];
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const everyQueue = 'orchestrate,gc,extract';
export const twoWorkers = [everyQueue, everyQueue];
/** Without extractors, which take a second of processor time each to start. */
export const twoGcWorkers = ['orchestrate,gc', 'orchestrate,gc'];

/** A larger number is for measuring by hand: TEST_CANCEL_FACES=1000000 npm test -- test/engine/cancel */
export const facesToCancel = Number(process.env['TEST_CANCEL_FACES'] ?? 30_000);

/** A running system with what tests of the engine do to it: faces, tasks, waiting, books. */
export async function startEngine({
  env = {},
  workers,
  ownServers = false,
  api = ownServers,
  pooler,
  postgresSettings = {},
  store,
}: EngineOptions) {
  const folder = await createTestFolder('engine');
  const log = createLogger({ name: 'engine', level: 'silent', format: 'json' });
  const foreign = ownServers ? null : await createTestDatabase();
  const options: SystemOptions = {
    ...{ log, workers, api, temporalUi: false, output: 'files' },
    postgresSettings: { fsync: 'off', ...postgresSettings },
    overrides: {
      ...{ DATA_DIR: folder.path, PORT: '0', WORKER_METRICS_PORT: '0', LOG_LEVEL: 'info' },
      ...{ EXTRACT_PROCESSES: '1', RECONCILE_INTERVAL_MS: '500', BATCH_TARGET_MS: '100' },
      EXTRACT_BATCH_TARGET_MS: '100',
      ...(foreign === null
        ? {}
        : {
            DATABASE_URL: pooler?.urlOf(foreign.url) ?? foreign.url,
            DATABASE_DIRECT_URL: pooler === undefined ? '' : foreign.url,
            TEMPORAL_ADDRESS: testTemporalAddress(),
            TASK_QUEUE_PREFIX: `test-${randomBytes(4).toString('hex')}-`,
            SESSION_SECRET: randomBytes(32).toString('hex'),
          }),
      ...env,
    },
  };
  await mkdir(join(folder.path, 'samples'));
  let running = await startEverything(options);
  let db: Database;
  let records: Records;
  let gateway: ReturnType<typeof createGateway>;
  const connect = () => {
    db = createDatabase({ url: running.databaseUrl, applicationName: 'test', maxConnections: 4 });
    records = createRecords({ url: running.databaseUrl, applicationName: 'test', maxConnections: 1 });
    gateway = createGateway({
      connection: { address: running.temporalAddress },
      namespace: 'default',
      taskQueuePrefix: running.config.taskQueuePrefix,
      // The service has the reconciler for a start that takes longer than usual; a test has not.
      deadlineMs: 20_000,
    });
  };
  connect();
  const disconnect = async () => {
    await gateway.close();
    await records.close();
    await db.close();
  };
  const images = store?.images ?? createFolderStore(join(folder.path, 'samples'), unmarked);
  const whereSamplesAre =
    store === undefined ? { sampleFolder: join(folder.path, 'samples') } : { sampleBucket: store.bucket };

  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const address = parseDatabaseAddress(running.databaseUrl);
    return lendClient(await createHostChoice().choose(address), work);
  };

  const create = async (taskType: 4 | 5, content: Parameters<typeof start>[1], perSecond?: number) =>
    start(taskType, content, perSecond);
  async function start(
    taskType: 4 | 5,
    content: ExtractContent | ReturnType<typeof freezeGcContent>,
    perSecond?: number,
  ): Promise<TaskRef> {
    const limit = perSecond === undefined ? {} : { objectsPerSecond: perSecond };
    const ref = await createTaskStore(db, null).create(
      { taskType, content, description: null, ...limit },
      tester,
    );
    // A Temporal that has only just started may take longer than the second that a start has.
    await waitFor(`task ${ref.taskId} to be started`, async () => {
      await gateway.startTask(ref);
      return true;
    });
    return ref;
  }

  const readTask = async (taskId: number): Promise<TaskRow> => {
    const [row] = await db.query<TaskRow>(
      `select state, generation, failure, result_id as "resultId", objects_expected as expected,
         objects_done as done, objects_failed as failed, objects_skipped as skipped from tasks where task_id = $1`,
      [taskId],
    );
    if (row === undefined) throw new Error(`there is no task ${taskId}`);
    return row;
  };

  return {
    folder: folder.path,
    images,
    running: () => running,
    db: () => db,
    records: () => records,
    gateway: () => gateway,
    tasks: () => createTaskStore(db, null),
    withClient,

    /** Faces of an account of their own. */
    addFaces: async ({ count, images: pictures = [], imaged = count, versions = [1] }: NewFaces) => {
      const accountId = newId();
      const faces = Array.from({ length: count }, (_, n): FaceRow => {
        const picture = pictures.length === 0 || n >= imaged ? null : n % pictures.length;
        return buildFace({
          ...{ accountId, versions, listIds: n % 3 === 0 ? [accountId] : [] },
          userData: picture === null ? '' : `picture ${picture}`,
          storageKey: picture === null ? null : newId(),
        });
      });
      for (let from = 0; from < count; from += 5_000) await insertFaces(db, faces.slice(from, from + 5_000));
      await Promise.all(
        faces.map(async ({ storageKey }, n) => {
          const picture = pictures[n % pictures.length];
          if (typeof storageKey === 'string' && picture !== undefined) await images.put(storageKey, picture);
        }),
      );
      return { accountId, faceIds: faces.map(({ faceId }) => faceId), faces };
    },

    /** Events of an account of their own; each sample has a file of its own. */
    addEvents: async (
      count: number,
      pictures: Readonly<Partial<Record<'face' | 'body', readonly Buffer[]>>>,
    ) => {
      const accountId = newId();
      const events: EventRow[] = [];
      for (let n = 0; n < count; n++) {
        const samples: Partial<Record<'face' | 'body', string>> = {};
        for (const [kind, images_] of Object.entries(pictures) as ['face' | 'body', readonly Buffer[]][]) {
          const key = (samples[kind] = newId());
          await images.put(key, images_[n % images_.length] ?? Buffer.of());
        }
        events.push(buildEvent({ accountId, samples, versions: { face: [1], body: [101] } }));
      }
      await insertEventRows(db, events);
      return { accountId, events };
    },

    startGc: (request: GcRequest, perSecond?: number) =>
      create(4, freezeGcContent(request, new Date()), perSecond),

    /** Descriptors of version 3 for the account's faces that have one of version 1. */
    startExtract: (accountId: string, perSecond?: number) =>
      create(
        5,
        {
          extraction_target: 'face_descriptor',
          options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
          filters: { objects_type: 'faces', account_id: accountId },
          store_results: true,
        },
        perSecond,
      ),

    /** Any additional extract, with the settings as they are by default. */
    startExtraction: (request: ExtractRequest, perSecond?: number) =>
      create(
        5,
        freezeExtractContent(request, {
          ...{ now: new Date(), defaultVersions: { face: 1, body: 101 }, attributesVersion: 1 },
          hasExtractor: () => true,
        }),
        perSecond,
      ),

    readTask,

    /** Objects that its parts' checkpoints account for. */
    progressOf: async (taskId: number): Promise<number> => {
      const [row] = await db.query<{ done: number }>(
        'select coalesce(sum(done + failed), 0)::bigint as done from subtasks where task_id = $1',
        [taskId],
      );
      return row?.done ?? 0;
    },

    ended: (taskId: number): Promise<TaskRow> =>
      waitFor(
        `task ${taskId} to end`,
        async () => {
          const task = await readTask(taskId);
          return ['done', 'failed', 'cancelled'].includes(task.state) && task;
        },
        { everyMs: 100 },
      ),

    snapshot: () => withClient(takeSnapshot),

    /** Lets the sweep remove what a killed batch left, and says what is wrong with the books. */
    audit: async (
      taskIds: readonly number[],
      more: Pick<AuditOptions, 'touched' | 'missingFiles' | 'asked'> = {},
    ) => {
      await db.query(`update sample_tombstones set create_time = create_time - interval '1 hour'`);
      await waitFor('the sweep of files', async () => {
        const [row] = await db.query<{ left: number }>('select count(*) as left from sample_tombstones');
        return row?.left === 0;
      });
      return withClient((client) => auditBooks(client, { taskIds, ...whereSamplesAre, ...more }));
    },

    /** The processes that a process of the system has started itself. */
    childrenOf: (name: string): Promise<number[]> => childrenOf(running.pids()[name] ?? null),

    /** Stops everything, does something to the folder, and starts everything again. */
    restart: async (whileDown: (folder: string) => Promise<void>) => {
      await disconnect();
      await running.stop();
      await whileDown(folder.path);
      running = await startEverything(options);
      connect();
    },

    stop: async () => {
      await disconnect();
      await running.stop();
      await foreign?.drop();
      await folder.remove();
    },
  };
}
