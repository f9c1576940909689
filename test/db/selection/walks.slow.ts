import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';
import { createExtractStore } from '../../../db/extract/extractStore.ts';
import { createGcStore } from '../../../db/gc/gcStore.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { ExtractContent } from '../../../domain/extract/extractContent.ts';
import type { EventFilters, FaceFilters } from '../../../domain/tasks/filters.ts';
import { freezeGcContent, type GcContent } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';
import { waitFor } from '../../support/waitFor.ts';

const rows = 200_000;
const oneIn = 10_000;
const selected = rows / oneIn;
const rowsPerStep = 10_000;

// One connection: its own counters say what a piece of work has read.
const { db } = await openTestDatabase(1);

before(async () => {
  await seed();
});

const uuidOf = (text: string) => `md5(${text})::uuid`;
const keyOf = (n: string) => `(lpad(to_hex(1704067200000 + ${n}), 12, '0') || '70008000000000000000')::uuid`;

/**
 * Object n is the rare one of group n % 10,000: its text columns hold the number of the group, as its account, list,
 * event and handler do; all objects of a group above 99 share theirs. Times of a rare object are a year of its group.
 * Half of the common events are of one account, half from one camera, and hardly any of both.
 */
async function seed(): Promise<void> {
  await ensureDescriptorPartition(db, 'face_descriptors', 1);
  await ensureDescriptorPartition(db, 'face_descriptors', 3);
  const objects = `select n, ${keyOf('n')} as id, n % ${oneIn} as g, n % ${oneIn} < 100 as rare,
      case when n % ${oneIn} < 100 then make_timestamptz(1900 + n % ${oneIn}, 6, 1, 0, 0, 0, 'UTC')
        else timestamptz '2025-06-01' + n * interval '1 second' end as t
    from generate_series(0, ${rows - 1}) n`;
  const pick = (rare: string, common: string) => `case when rare then ${rare} else ${common} end`;
  await db.query(`insert into faces (face_id, account_id, event_id, external_id, user_data, create_time)
    select id, ${pick(uuidOf(`'account' || g`), uuidOf(`'account'`))}, ${pick(uuidOf(`'event' || g`), uuidOf(`'e' || n`))},
      ${pick(`'external ' || g`, `'x' || n`)}, ${pick(`'user ' || g`, `case n % 10 when 0 then 'tenth' else '' end`)}, t
    from (${objects}) o`);
  await db.query(`insert into list_faces (face_id, list_id)
    select id, ${pick(uuidOf(`'list' || g`), uuidOf(`'list'`))} from (${objects}) o`);
  await db.query(`insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
    select id, v, '\\x00', timestamptz '2024-01-01' from (${objects}) o, (values (1), (3)) versions (v)
    where v = 1 or n >= ${rows / 2}`);
  await db.query(`insert into events (event_id, account_id, handler_id, source, tags, external_id, user_data, track_id,
      create_time, end_time, insert_time)
    select id, ${pick(uuidOf(`'account' || g`), uuidOf(`case when n < ${rows / 2} then 'north' else 'south' end`))}, ${pick(uuidOf(`'handler' || g`), uuidOf(`'h' || n % 7`))},
      ${pick(`'source ' || g`, `case when n < ${rows / 2} - 30 then 'gate' else 'door' end`)}, array[${pick(`'tag ' || g`, `'tag of ' || n % 5`)}],
      ${pick(`'external ' || g`, `'x' || n`)}, ${pick(`'user ' || g`, `''`)}, ${pick(`'track ' || g`, `'t' || n / 4`)}, t, t, t
    from (${objects}) o`);
  // What is known to be visible to all is read from the index alone. Autovacuum's analysis, which may have begun meanwhile,
  // keeps it from being known.
  await waitFor('all rows to be known as visible to all', async () => {
    await db.query('vacuum (analyze) faces, list_faces, face_descriptors, events');
    const [unknown] = await db.query<{ pages: number }>(
      `select sum(relpages - relallvisible)::integer as pages from pg_class
       where relkind = 'r' and relname ~ '^(faces|events|list_faces|face_descriptors)'`,
    );
    return unknown?.pages === 0;
  });
}

async function createTask(content: GcContent | ExtractContent): Promise<TaskRef> {
  const taskType = 'target' in content ? taskTypes.gc : taskTypes.additionalExtract;
  const ref = await createTaskStore(db, null).create({ taskType, content, description: null }, tester);
  await createTaskLifecycle(db).load(ref);
  return ref;
}

async function claim(ref: TaskRef, partNo: number): Promise<ClaimedPart> {
  const claiming = await createPartStore(db).claim({ ref, partNo }, 'mine');
  assert.equal(claiming.kind, 'claimed');
  return claiming.part;
}

/** Rows of the objects' tables and entries of their indexes that the work has read. */
async function countReads<T>(work: () => Promise<T>): Promise<{ reads: number; result: T }> {
  const count = async () => {
    await db.query('select pg_stat_force_next_flush()');
    const [row] = await db.query<{ reads: number }>(
      `select (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables where relname ~ $1)::bigint
         + (select sum(idx_tup_read) from pg_stat_user_indexes where relname ~ $1)::bigint as reads`,
      ['^(faces|events|list_faces|face_descriptors|event_descriptors)'],
    );
    return row?.reads ?? NaN;
  };
  const start = await count();
  const result = await work();
  return { reads: (await count()) - start, result };
}

/** Plans the whole task, and says what each step has read. */
async function planAll(
  ref: TaskRef,
  size: number,
  partsPerStep = 4,
): Promise<{ parts: number[]; steps: number[] }> {
  const plan = createPartPlan(db, { partSizes: { gc: size, extract: size }, partsPerStep, rowsPerStep });
  const parts: number[] = [];
  const steps: number[] = [];
  for (let planned = false; !planned;) {
    const { reads, result } = await countReads(() => plan.next(ref, parts.at(-1) ?? 0));
    steps.push(reads);
    parts.push(...result.parts);
    planned = result.planned;
  }
  return { parts, steps };
}

async function removeAll(ref: TaskRef, content: GcContent, parts: number[], batch: number): Promise<number> {
  let removed = 0;
  for (const partNo of parts) {
    let part = await claim(ref, partNo);
    for (let finished = false; !finished;) {
      const answer = await createGcStore(db).removeNext(part, content, batch);
      assert.equal(answer.kind, 'committed');
      removed += answer.result.removed;
      finished = answer.result.finished;
      part = answer.part;
    }
  }
  return removed;
}

const year = (group: number) => ({
  gte: `${1900 + group}-01-01T00:00:00.000Z`,
  lt: `${1901 + group}-01-01T00:00:00.000Z`,
});
const md5 = async (text: string): Promise<string> =>
  (await db.query<{ id: string }>('select md5($1)::uuid as id', [text]))[0]?.id ?? '';
const keysOf = async (group: number): Promise<string[]> =>
  (
    await db.query<{ id: string }>(
      `select ${keyOf('n')} as id from generate_series($1::integer, ${rows - 1}, ${oneIn}) n`,
      [group],
    )
  ).map(({ id }) => id);

/** Each kind of filter with the group that it is to find. Lists have more values than PostgreSQL looks into. */
const filler = Array.from({ length: 150 }, (_, n) => `nothing ${n}`);
type FilterOf<Filters> = Record<string, (group: number) => Promise<Filters> | Filters>;
const rareFaces: FilterOf<FaceFilters> = {
  account_id: async (group) => ({ account_id: await md5(`account${group}`) }),
  face_ids: async (group) => ({ face_ids: await keysOf(group) }),
  list_id: async (group) => ({ list_id: await md5(`list${group}`) }),
  event_ids: async (group) => ({ event_ids: [await md5(`event${group}`), await md5('no event')] }),
  external_ids: (group) => ({ external_ids: [`external ${group}`, ...filler] }),
  user_data: (group) => ({ user_data: `user ${group}` }),
  create_time: (group) => ({ create_time__gte: year(group).gte, create_time__lt: year(group).lt }),
  'account_id and list_id': async (group) => ({
    account_id: await md5(`account${group}`),
    list_id: await md5(`list${group}`),
  }),
  'user_data and a time that most have': (group) => ({
    user_data: `user ${group}`,
    create_time__lt: '2100-01-01T00:00:00.000Z',
  }),
};
const rareEvents: FilterOf<EventFilters> = {
  account_id: async (group) => ({ account_id: await md5(`account${group}`) }),
  event_ids: async (group) => ({ event_ids: await keysOf(group) }),
  handler_ids: async (group) => ({ handler_ids: [await md5(`handler${group}`), await md5('no handler')] }),
  sources: (group) => ({ sources: [`source ${group}`, ...filler] }),
  tags: (group) => ({ tags: [`tag ${group}`, 'no tag'] }),
  external_ids: (group) => ({ external_ids: [`external ${group}`] }),
  user_data: (group) => ({ user_data: `user ${group}` }),
  track_ids: (group) => ({ track_ids: [`track ${group}`, ...filler] }),
  create_time: (group) => ({ create_time__gte: year(group).gte, create_time__lt: year(group).lt }),
  end_time: (group) => ({ end_time__gte: year(group).gte, end_time__lt: year(group).lt }),
  insert_time: (group) => ({ insert_time__gte: year(group).gte, insert_time__lt: year(group).lt }),
  'tags and source': (group) => ({ tags: [`tag ${group}`], sources: [`source ${group}`] }),
};

/** Of the widest part: how many rows of the table lie in its range. */
async function widestPart(ref: TaskRef, table: string, key: string): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    `select max((select count(*) from ${table} where (from_key is null or ${key} > from_key) and ${key} <= to_key)) as rows
     from subtasks where task_id = $1`,
    [ref.taskId],
  );
  return row?.rows ?? NaN;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

const targets: readonly ['faces' | 'events', FilterOf<FaceFilters | EventFilters>][] = [
  ['faces', rareFaces],
  ['events', rareEvents],
];
for (const [target, kinds] of targets) {
  for (const [index, [name, filterOf]] of Object.entries(kinds).entries()) {
    test(`a gc of ${target} by ${name} that selects 1 in ${oneIn} reads little more than that`, async (t) => {
      const content = freezeGcContent({ target, filters: await filterOf(index) }, new Date());
      const ref = await createTask(content);
      const { parts, steps } = await planAll(ref, 8);
      const removal = await countReads(() => removeAll(ref, content, parts, 3));
      assert.equal(removal.result, selected);
      t.diagnostic(`planning read ${sum(steps)}, removal ${removal.reads} rows and entries`);
      assert.ok(sum(steps) <= 40 * selected, `planning read ${sum(steps)} rows and entries`);
      assert.ok(removal.reads <= 200 * selected, `removal read ${removal.reads} rows and entries`);
    });
  }
}

const extractOf = (filters: ExtractContent['filters'], wanted: number, present: number): ExtractContent => ({
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: wanted, default_descriptor_version: present },
  ...{ filters, store_results: true },
});

async function readAll(ref: TaskRef, content: ExtractContent, parts: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const partNo of parts) {
    const part = await claim(ref, partNo);
    for (let cursor = part.checkpoint.cursor, more = true; more;) {
      const batch = await createExtractStore(db).readNext(part, content, 'range', cursor, 3);
      found.push(...batch.map(({ objectId }) => objectId));
      more = batch.length === 3;
      cursor = batch.at(-1)?.objectId ?? cursor;
    }
  }
  return found;
}

test('an extract that selects few faces reads little more than these', async () => {
  const content = extractOf({ objects_type: 'faces', external_ids: ['external 50'] }, 3, 1);
  const ref = await createTask(content);
  const { parts, steps } = await planAll(ref, 4);
  const { reads, result } = await countReads(() => readAll(ref, content, parts));
  assert.deepEqual(result, (await keysOf(50)).slice(0, selected / 2));
  assert.ok(sum(steps) <= 40 * selected, `planning read ${sum(steps)} rows and entries`);
  assert.ok(reads <= 200 * selected, `the batches read ${reads} rows and entries`);
});

test('an extract of what few objects lack walks all of them once, in short steps', async () => {
  await db.query(
    `delete from face_descriptors where descriptor_version = 1 and face_id >= ${keyOf(`${rows - 50}`)}`,
  );
  const content = extractOf({ objects_type: 'faces' }, 1, 3);
  const ref = await createTask(content);
  const { parts, steps } = await planAll(ref, 20);
  assert.deepEqual(parts, [1, 2, 3]);
  assert.ok(sum(steps) <= 5 * rows, `planning read ${sum(steps)} rows and entries`);
  assert.ok((await widestPart(ref, 'faces', 'face_id')) <= rowsPerStep);
  const { reads, result } = await countReads(() => readAll(ref, content, parts.slice(0, 1)));
  assert.equal(result.length, 20);
  assert.ok(reads <= 40 * rowsPerStep, `the batches of a part read ${reads} rows and entries`);
});

test('two conditions that statistics take for independent are walked in short steps', async () => {
  const filters = { account_id: await md5('north'), sources: ['door'] };
  const content = freezeGcContent({ target: 'events', filters }, new Date());
  const ref = await createTask(content);
  const { parts, steps } = await planAll(ref, 100, 1);
  assert.ok(sum(steps) <= 4 * rows, `planning read ${sum(steps)} rows and entries`);
  assert.ok((await widestPart(ref, 'events', 'event_id')) <= rowsPerStep);
  const removal = await countReads(() => removeAll(ref, content, parts, 100));
  assert.equal(removal.result, 30);
  assert.ok(removal.reads <= 6 * rowsPerStep, `removal read ${removal.reads} rows and entries`);
});

test('a list of nearly all faces is walked without reading its beginning again and again', async () => {
  const content = extractOf({ objects_type: 'faces', list_id: await md5('list') }, 3, 1);
  const ref = await createTask(content);
  const { parts, steps } = await planAll(ref, 2_500, 2);
  assert.ok(sum(steps) <= 8 * rows, `planning read ${sum(steps)} rows and entries`);
  const late = await claim(ref, parts.at(-2) ?? 0);
  const { reads, result } = await countReads(() =>
    createExtractStore(db).readNext(late, content, 'range', late.checkpoint.cursor, 500),
  );
  assert.equal(result.length, 500);
  assert.ok(reads <= 8 * 2_500, `a batch read ${reads} rows and entries`);
});
