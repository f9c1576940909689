import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { takeSnapshot } from '../../books/auditBooks.ts';
import { openLedger } from '../../books/ledger.ts';
import { presentBody } from '../../chaos/kinds.ts';
import { kinds, type TaskPlan } from '../../chaos/plan.ts';
import { makeWorld, type Job } from '../../chaos/world.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createTaskStore } from '../../db/tasks/taskStore.ts';
import { freezeExtractContent, type ExtractRequest } from '../../domain/extract/extractContent.ts';
import { freezeGcContent, type GcRequest } from '../../domain/gc/gcContent.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { tester } from '../support/rows/rows.ts';

let testDatabase: TestDatabase;
let db: Database;
let client: pg.Client;
let folder: TestFolder;

before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 2 });
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  folder = await createTestFolder('world');
});

after(async () => {
  await client.end();
  await db.close();
  await testDatabase.drop();
  await folder.remove();
});

const planOf = (kind: TaskPlan['kind'], onlyThird: boolean): TaskPlan => ({
  ...{ kind, onlyThird, objects: 42, perSecond: 5, byAge: true },
  ...{ storeResults: true, removeSamples: true, removeOrigins: true, manner: 'permanent' },
});

const now = new Date();

function freeze({ path, body: { content } }: Job) {
  return path === '/tasks/gc'
    ? ({ taskType: 4, content: freezeGcContent(content as GcRequest, now) } as const)
    : ({
        taskType: 5,
        content: freezeExtractContent(content as ExtractRequest, {
          ...{ now, defaultVersions: { face: 1, body: presentBody }, attributesVersion: 1 },
          hasExtractor: () => true,
        }),
      } as const);
}

test('each task selects its own objects, all or a third of them, and no object is selected twice', async () => {
  const plans = [false, true].flatMap((third) => kinds.map((kind) => planOf(kind, third)));
  const { jobs, missingFiles } = await makeWorld(
    client,
    folder.path,
    plans,
    'http://127.0.0.1:1',
    new AbortController().signal,
  );
  await takeSnapshot(client);
  const taskIds: number[] = [];
  for (const job of jobs) {
    const { taskId } = await createTaskStore(db, null).create({ ...freeze(job), description: null }, tester);
    taskIds.push(taskId);
  }
  await openLedger(client, taskIds, []);
  const { rows } = await client.query<{ task_id: string; count: number }>(
    'select task_id, count(*)::integer from ledger group by task_id',
  );
  const counts = new Map(rows.map(({ task_id, count }) => [Number(task_id), count]));
  jobs.forEach(({ plan: { kind, onlyThird } }, index) => {
    const byFilter = onlyThird && !kind.includes('descriptors ') && kind !== 'gc face_descriptors' ? 14 : 42;
    const expected = kind.includes('basic_attributes') ? (byFilter * 6) / 7 : byFilter;
    assert.equal(counts.get(taskIds[index] ?? 0), expected, `${kind} ${onlyThird ? 'a third' : 'all'}`);
  });
  const twice = await client.query(
    'select work, id from ledger group by work, id, type, version having count(*) > 1',
  );
  assert.equal(twice.rowCount, 0);
  assert.ok(missingFiles.length > 0);
});

test('a world is left unfinished when the run is stopped', async () => {
  const stop = new AbortController();
  const plans = Array.from({ length: 20 }, () => planOf('gc faces', false));
  const making = makeWorld(client, folder.path, plans, 'http://127.0.0.1:1', stop.signal);
  stop.abort();
  await assert.rejects(making, { name: 'AbortError' });
});
