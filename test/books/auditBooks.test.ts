import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { auditBooks, takeSnapshot } from '../../books/auditBooks.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../db/schema/descriptorPartitions.ts';
import { createGcStore } from '../../db/gc/gcStore.ts';
import { createTombstoneStore } from '../../db/gc/tombstoneStore.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { FacesGc } from '../../domain/gc/gcContent.ts';
import { createFolderStore } from '../../imagestore/folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { extractInBatches, runInBatches } from '../support/engine/runInBatches.ts';
import { unmarked } from '../support/engine/unmarked.ts';

const [gcAccount, extractAccount, nobody] = [1, 2, 3].map(
  (n) => `0190000${n}-0000-7000-8000-00000000000${n}`,
);
const listId = '01900009-0000-7000-8000-000000000009';

let testDatabase: TestDatabase;
let db: Database;
let folder: TestFolder;
let client: pg.Client;
let taskIds: number[];

/** A gc and an extract have run to their ends over parts of five and batches of two; one sample was missing. */
before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 4 });
  folder = await createTestFolder('books');
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  await ensureDescriptorPartition(db, 'face_descriptors', 3);
  const images = createFolderStore(folder.path, unmarked);
  await mkdir(folder.path, { recursive: true });
  for (const accountId of [gcAccount, extractAccount, nobody]) {
    const faces = Array.from({ length: 12 }, (_, n) =>
      buildFace({
        ...(accountId === undefined ? {} : { accountId }),
        ...{ userData: n % 4 === 0 ? 'fourth' : '', listIds: n % 3 === 0 ? [listId] : [] },
        storageKey: `image-${accountId ?? ''}-${n}`,
      }),
    );
    await insertFaces(db, faces);
    for (const { storageKey } of faces) if (storageKey) await images.put(storageKey, Buffer.from('image'));
  }
  await takeSnapshot(client);
  const removeImage = async (key: string): Promise<void> => {
    await images.remove([key]);
  };
  taskIds = [await runGc(removeImage), await runExtract()];
});

after(async () => {
  await client.end();
  await db.close();
  await testDatabase.drop();
  await folder.remove();
});

const gcContent: FacesGc = {
  ...{ target: 'faces', filters: { account_id: gcAccount ?? '' }, remove_samples: true },
  ...{ remove_image_origins: false, store_results: true },
};
const extractContent: ExtractContent = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
  filters: { objects_type: 'faces', account_id: extractAccount ?? '' },
  store_results: true,
};

const runGc = (removeFile: (key: string) => Promise<void>) =>
  runInBatches(db, 4, gcContent, async (part) => {
    const answer = await createGcStore(db).removeNext(part, gcContent, 2);
    assert.equal(answer.kind, 'committed');
    const { storageKeys, finished } = answer.result;
    for (const key of storageKeys) await removeFile(key);
    const gone = storageKeys.map((storageKey) => ({ storageKey, refusal: null }));
    const { part: settled } = await createTombstoneStore(db).settle(answer.part, gcContent, gone);
    return finished ? null : settled;
  });

const runExtract = () => {
  let broken = 0;
  return extractInBatches(db, extractContent, ({ objectId, sampleId, generation }) =>
    broken++ === 0 || sampleId === null || generation === null
      ? { kind: 'failed', objectId, error: 'sampleMissing', detail: 'it is not there' }
      : { kind: 'extracted', objectId, sampleId, generation, descriptor: Float32Array.of(1, 0) },
  );
};

const audit = () => auditBooks(client, { taskIds, sampleFolder: folder.path });

/** What the audit says when `sql` has been done to the tables; afterwards they are as before. */
async function auditAfter(sql: string): Promise<string> {
  await client.query('begin');
  try {
    await client.query(sql);
    return (await audit()).join('\n');
  } finally {
    await client.query('rollback');
  }
}

test('the books of a gc and an extract that went well balance', async () => {
  assert.deepEqual(await audit(), []);
  const { rows } = await client.query(
    'select objects_done::int as done, objects_failed::int as failed from tasks order by task_id',
  );
  assert.deepEqual(rows, [
    { done: 12, failed: 0 },
    { done: 11, failed: 1 },
  ]);
});

const gcTask = '(select min(task_id) from tasks)';
const extractTask = '(select max(task_id) from tasks)';
const someExtracted = `(select min(face_id::text)::uuid from face_descriptors where descriptor_version = 3)`;
const removed = `(select min(id::text)::uuid from (select unnest(ids) id from task_result_chunks where task_id = ${gcTask}) r)`;
const stranger = `(select min(face_id::text)::uuid from faces where account_id = '${nobody ?? ''}')`;

/** Each fault that a wrong engine could make, and the words that must name it. */
const faults: Record<string, readonly [sql: string, found: RegExp]> = {
  'an object that a gc skipped': [
    `insert into faces (face_id, account_id) select ${removed}, '${gcAccount ?? ''}'`,
    /task \d+: objects are neither done nor failed: 1 times/,
  ],
  'an object that an extract skipped': [
    `delete from face_descriptors where descriptor_version = 3 and face_id = ${someExtracted}`,
    /objects are neither done nor failed: 1 times/,
  ],
  'a batch that was counted twice': [
    `update subtasks set done = done + 2, expected = expected + 2 where task_id = ${gcTask} and part_no = 1;
     update tasks set objects_done = objects_done + 2, objects_expected = objects_expected + 2 where task_id = ${gcTask}`,
    /done counters differ from the tables[^]*done counters differ from the result[^]*objects_expected differs/,
  ],
  "a task whose sums are not its parts'": [
    `update tasks set objects_done = objects_done + 1 where task_id = ${gcTask}`,
    /objects_done differs from the sum of its subtasks/,
  ],
  'kept sums with something in them that no part did': [
    `insert into task_sums (task_id, parts_done, grown, done, failed, skipped, samples_removed, origins_removed, recent,
       recent_at_ms, last_update_time) values (${gcTask}, 0, 0, 1, 0, 0, 0, 0, 0, 0, now())
     on conflict (task_id) do update set done = task_sums.done + 1`,
    /the stored sums differ from those of their subtasks/,
  ],
  'a face removed outside the filter': [
    `delete from faces where face_id = ${stranger}`,
    /^faces: rows are gone that no task was to remove: 1 times/m,
  ],
  'a link to a list removed outside the filter': [
    `delete from list_faces where ctid = (select min(ctid) from list_faces)`,
    /^list_faces: rows are gone that no task was to remove/m,
  ],
  'a descriptor of another version removed': [
    `delete from face_descriptors where descriptor_version = 1 and face_id = ${stranger}`,
    /^face_descriptors: rows are gone that no task was to remove/m,
  ],
  'a descriptor of another version changed': [
    `update face_descriptors set descriptor = '\\x01' where descriptor_version = 1 and face_id = ${someExtracted}`,
    /^face_descriptors: rows are changed: 1 times/m,
  ],
  'a descriptor for a face that was not selected': [
    `insert into face_descriptors (face_id, descriptor_version, descriptor) select ${stranger}, 3, '\\x01'`,
    /^face_descriptors: rows are new that no task was to add/m,
  ],
  'attributes left behind by a removed face': [
    `insert into attributes (face_id, attribute_id) select ${removed}, gen_random_uuid()`,
    /^attributes: rows are still there although their object was removed/m,
  ],
  'an error row that was lost': [
    'delete from task_errors',
    /objects are neither done nor failed: 1 times[^]*failed counters differ from the open errors/,
  ],
  'an error of an object that was done': [
    `update task_errors set object_id = ${someExtracted}`,
    /objects are both done and failed: 1 times/,
  ],
  'an error of an object that was not selected': [
    `update task_errors set object_id = ${stranger}`,
    /errors are open for objects that were not selected/,
  ],
  'an id that the result names twice': [
    `update task_result_chunks set ids = ids || ids[1], count = count + 1
     where (task_id, part_no, seq) = (select task_id, part_no, seq from task_result_chunks where task_id = ${gcTask} limit 1)`,
    /the result names objects more than once: 1 times/,
  ],
  'an id that the result forgot, with another in its place': [
    `update task_result_chunks set ids[1] = ${stranger}
     where (task_id, part_no, seq) = (select task_id, part_no, seq from task_result_chunks where task_id = ${extractTask} limit 1)`,
    /done objects are missing from the result: 1[^]*the result names objects that were not selected: 1/,
  ],
  'work done beyond the checkpoint': [
    `update subtasks set cursor = from_key where task_id = ${extractTask} and part_no = 2`,
    /objects are done beyond the checkpoint of their subtask: 5 times/,
  ],
  'a part that was never planned': [
    `delete from subtasks where task_id = ${extractTask} and part_no = 2`,
    /objects are done beyond the checkpoint of their subtask: 5 times[^]*parts_done differs from the sum of its subtasks/,
  ],
  'a part that begins before the one before it ends': [
    `update subtasks set from_key = null where task_id = ${extractTask} and part_no = 2`,
    /ranges of subtasks overlap: 1 times/,
  ],
  'a part that is still claimed': [
    `update subtasks set claim = 'zombie' where task_id = ${gcTask} and part_no = 1`,
    /subtasks are open or claimed after the end/,
  ],
  'a descriptor cut short': [
    `update face_descriptors set descriptor = '\\x01' where descriptor_version = 3 and face_id = ${someExtracted}`,
    /new descriptors have different lengths/,
  ],
  "a descriptor of a sample's older image": [
    `update face_descriptors set generation = 0 where descriptor_version = 3 and face_id = ${someExtracted}`,
    /new descriptors have a different generation than the sample/,
  ],
  'a tombstone for a living sample': [
    `insert into sample_tombstones (storage_key) select min(storage_key) from samples`,
    /images of living samples have a tombstone/,
  ],
  'a file of a removed sample that nobody has tried': [
    `insert into sample_tombstones (storage_key, task_id, part_no, object_id)
     select 'left-behind', ${gcTask}, 1, ${removed}`,
    /files of removed samples were not all attempted/,
  ],
  'a file that resists and no error that says so': [
    `insert into sample_tombstones (storage_key, task_id, part_no, object_id, state)
     select 'left-behind', ${gcTask}, 1, ${removed}, 'refused'`,
    /a file could not be deleted, and no error says so/,
  ],
  'a file to be removed of a sample that is another one': [
    `insert into sample_tombstones (storage_key, task_id, part_no, object_id)
     select 'left-behind', ${gcTask}, 1, ${stranger}`,
    /files of existing objects are due to be deleted/,
  ],
  'samples said to be left that were removed': [
    `update subtasks set samples_left = samples_left + 1 where task_id = ${gcTask} and part_no = 1;
     update tasks set samples_left = samples_left + 1 where task_id = ${gcTask}`,
    /samples_left differs from the tables/,
  ],
  'a row without its image': [
    `update samples set storage_key = 'image-that-is-not-there' where owner_id = ${stranger}`,
    /the image image-that-is-not-there of a sample is missing\nno row refers to the image/,
  ],
  'samples counted that were never there': [
    `update subtasks set samples_removed = samples_removed + 1 where task_id = ${gcTask} and part_no = 1;
     update tasks set samples_removed = samples_removed + 1 where task_id = ${gcTask}`,
    /samples_removed differs from the tables/,
  ],
};

for (const [name, [sql, found]] of Object.entries(faults)) {
  test(`the audit finds ${name}`, async () => {
    assert.match(await auditAfter(sql), found);
  });
}

test('the audit finds an image that nobody knows', async () => {
  const images = createFolderStore(folder.path, unmarked);
  await images.put('left-behind', Buffer.from('image'));
  assert.deepEqual(await audit(), ['no row refers to the image left-behind']);
  await rm(join(folder.path, 'nd'), { recursive: true });
  await images.remove(['left-behind']);
});

test('what a test touched itself is not held against the engine', async () => {
  await client.query('begin');
  const { rows } = await client.query<{ id: string }>(
    `delete from faces where face_id = ${stranger} returning face_id as id`,
  );
  const touched = rows.map(({ id }) => id);
  assert.deepEqual(await auditBooks(client, { taskIds, touched }), []);
  await client.query('rollback');
});
