import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { auditBooks, takeSnapshot } from '../../books/auditBooks.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../db/schema/descriptorPartitions.ts';
import type { Candidate, ExtractOutcome } from '../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { extractInBatches } from '../support/engine/runInBatches.ts';

let testDatabase: TestDatabase;
let db: Database;
let client: pg.Client;
let taskIds: number[];

const told = { age: 30, gender: 0.5 };
const others = "user_data = 'other'";

/**
 * Attributes of faces, attributes of events, and body descriptors of events: twelve of each kind of object are
 * selected, and some of them have attributes already.
 */
before(async () => {
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 4 });
  client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  await ensureDescriptorPartition(db, 'event_descriptors', 102);
  const twelve = Array.from({ length: 12 }, (_, n) => n);
  await insertFaces(
    db,
    ['mine', 'other'].flatMap((userData) => twelve.map(() => buildFace({ userData }))),
  );
  await db.query(`update attributes set basic_attributes = '{"age": 7}' where face_id in
    (select face_id from faces order by face_id limit 2)`);
  await db.query(
    'delete from attributes where face_id in (select face_id from faces order by face_id offset 10 limit 1)',
  );
  await insertEventRows(
    db,
    ['mine', 'other'].flatMap((userData) =>
      twelve.map((n) =>
        buildEvent({
          ...{ userData, tags: n % 2 === 0 ? ['even'] : [], attributes: n === 0 ? { age: 7 } : null },
          ...{ versions: { face: [1], body: [101] }, samples: { face: null, body: null } },
        }),
      ),
    ),
  );
  await takeSnapshot(client);
  const made = await Promise.all(contents.map((content) => extractInBatches(db, content, makeOf(content))));
  taskIds = made;
});

after(async () => {
  await client.end();
  await db.close();
  await testDatabase.drop();
});

const stored = { store_results: true };
const contents: readonly ExtractContent[] = [
  {
    extraction_target: 'basic_attributes',
    options: { missing: true, attributes_version: 1 },
    filters: { objects_type: 'faces', user_data: 'mine' },
    ...stored,
  },
  {
    extraction_target: 'basic_attributes',
    options: { missing: true, attributes_version: 1 },
    filters: { objects_type: 'events', user_data: 'mine' },
    ...stored,
  },
  {
    extraction_target: 'body_descriptor',
    options: { missing: true, descriptor_version: 102, default_descriptor_version: 101 },
    filters: { objects_type: 'events', tags: ['even', 'odd'] },
    ...stored,
  },
];

function makeOf({ extraction_target }: ExtractContent) {
  return ({ objectId, sampleId, generation }: Candidate): ExtractOutcome => {
    assert.ok(sampleId !== null && generation !== null);
    const sample = { objectId, sampleId, generation };
    return extraction_target === 'basic_attributes'
      ? { kind: 'attributed', ...sample, attributes: told }
      : { kind: 'extracted', ...sample, descriptor: Float32Array.of(0, 1) };
  };
}

/** What the audit says when `sql` has been done to the tables; afterwards they are as before. */
async function auditAfter(sql: string): Promise<string> {
  await client.query('begin');
  try {
    await client.query(sql);
    return (await auditBooks(client, { taskIds })).join('\n');
  } finally {
    await client.query('rollback');
  }
}

test('the books of extracts of attributes and of bodies that went well balance', async () => {
  assert.deepEqual(await auditBooks(client, { taskIds }), []);
  const { rows } = await client.query(
    `select content ->> 'extraction_target' as target, content #>> '{filters,objects_type}' as objects,
       objects_done::int as done from tasks order by target desc, objects`,
  );
  assert.deepEqual(rows, [
    { target: 'body_descriptor', objects: 'events', done: 12 },
    { target: 'basic_attributes', objects: 'events', done: 11 },
    { target: 'basic_attributes', objects: 'faces', done: 10 },
  ]);
});

const toldFace = `(select min(face_id::text)::uuid from attributes where basic_attributes @> '{"age": 30}')`;
const toldEvent = `(select min(event_id::text)::uuid from events where basic_attributes @> '{"age": 30}')`;
const otherFace = `(select min(face_id::text)::uuid from faces where ${others})`;
const otherEvent = `(select min(event_id::text)::uuid from events where ${others} and tags = '{}')`;
const newBody = `(select min(event_id::text)::uuid from event_descriptors where descriptor_version = 102)`;

/** Each fault that a wrong engine could make, and the words that must name it. */
const faults: Record<string, readonly [sql: string, found: RegExp]> = {
  'a face whose attributes were forgotten': [
    `update attributes set basic_attributes = null where face_id = ${toldFace}`,
    /objects are neither done nor failed: 1 times/,
  ],
  'an event whose attributes were forgotten': [
    `update events set basic_attributes = null where event_id = ${toldEvent}`,
    /objects are neither done nor failed: 1 times/,
  ],
  'attributes of a face outside the filter': [
    `update attributes set basic_attributes = '{"age": 9, "gender": 0}' where face_id = ${otherFace}`,
    /^attributes: attributes are changed that no task was to tell: 1 times/m,
  ],
  'attributes of an event outside the filter': [
    `update events set basic_attributes = '{"age": 9, "gender": 0}' where event_id = ${otherEvent}`,
    /^events: attributes are changed that no task was to tell: 1 times/m,
  ],
  'attributes that were there and were written over': [
    `update events set basic_attributes = '{"age": 9, "gender": 0}' where basic_attributes = '{"age": 7}'`,
    /^events: attributes are changed that no task was to tell: 2 times/m,
  ],
  'a row of attributes for a face outside the filter': [
    `delete from attributes where face_id = ${otherFace};
     insert into attributes (face_id, attribute_id) select ${otherFace}, gen_random_uuid()`,
    /^attributes: rows are changed: 1 times/m,
  ],
  'an event of which more than its attributes was changed': [
    `update events set track_id = 'other track' where event_id = ${toldEvent}`,
    /^events: rows are changed: 1 times/m,
  ],
  'attributes without an age': [
    `update attributes set basic_attributes = '{"gender": 1}' where face_id = ${toldFace}`,
    /attributes lack age or gender: 1 times/,
  ],
  "attributes of a sample's older image": [
    `update events set sample_generation = 0 where event_id = ${toldEvent}`,
    /attributes have a different generation than the sample: 1 times/,
  ],
  'a body that an extract skipped': [
    `delete from event_descriptors where descriptor_version = 102 and event_id = ${newBody}`,
    /objects are neither done nor failed: 1 times/,
  ],
  'a body descriptor for an event that was not selected': [
    `insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor)
     select ${otherEvent}, 102, 'body', '\\x01'`,
    /^event_descriptors: rows are new that no task was to add: 1 times/m,
  ],
  "a face's descriptor where a body's was to come": [
    `update event_descriptors set descriptor_type = 'face' where descriptor_version = 102 and event_id = ${newBody}`,
    /rows are new that no task was to add: 1 times[^]*objects are neither done nor failed: 1 times/,
  ],
  'a body descriptor cut short': [
    `update event_descriptors set descriptor = '\\x01' where descriptor_version = 102 and event_id = ${newBody}`,
    /new descriptors have different lengths/,
  ],
  'an old body descriptor that was written over': [
    `update event_descriptors set descriptor = '\\x01' where descriptor_version = 101 and event_id = ${newBody}`,
    /^event_descriptors: rows are changed: 1 times/m,
  ],
};

for (const [name, [sql, found]] of Object.entries(faults)) {
  test(`the audit finds ${name}`, async () => {
    assert.match(await auditAfter(sql), found);
  });
}
