import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { v4, v7 } from 'uuid';
import { createTombstoneStore } from '../../../db/gc/tombstoneStore.ts';
import { addEventDays } from '../../../db/ops/eventPartitions.ts';
import type { EventFilters } from '../../../domain/tasks/filters.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildEvent, insertEventRows, type EventRow } from '../../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(6);
const byHand = createGcByHand(db);
const tombstones = createTombstoneStore(db);

const dayMs = 86_400_000;
const firstDay = Date.UTC(2025, 2, 1);
const days = 5;
const timeOf = (day: number) => new Date(firstDay + day * dayMs).toISOString();

before(async () => {
  await addEventDays(db, firstDay, firstDay + days * dayMs);
});

beforeEach(async () => {
  await db.query(
    `truncate events, event_descriptors, faces, samples, image_origins, face_descriptors, attributes, list_faces, tasks,
       sample_tombstones cascade`,
  );
});

/** Created in the middle of a day, with an id of that moment unless another one is given. */
function eventOf(day: number, overrides: Partial<EventRow> = {}): EventRow {
  const msecs = firstDay + day * dayMs + dayMs / 2;
  return buildEvent({ eventId: v7({ msecs }), createTime: new Date(msecs).toISOString(), ...overrides });
}

const olderThan = (day: number) => ({
  target: 'events' as const,
  filters: { create_time__lt: timeOf(day) },
});

async function addOrigins(): Promise<void> {
  await db.query(
    `insert into image_origins (owner_id, origin_no, url)
     select id, 1, 'http://origin.example/' || id from (select event_id as id from events union select face_id from faces) o`,
  );
}

/** Of each part, whether it was a whole partition, and what it did. */
const partsOf = (ref: TaskRef) =>
  db.query<{ whole: boolean; done: number; skipped: number }>(
    'select whole, done, skipped from subtasks where task_id = $1 order by part_no',
    [ref.taskId],
  );

const idsOf = (events: readonly EventRow[]) => new Set(events.map(({ eventId }) => eventId));

test('days all of whose events are selected are emptied at once, with the descriptors and origins of their events alone', async () => {
  const old = [0, 0, 0, 1, 1, 2].map((day) => eventOf(day, { versions: { face: [1, 3], body: [101] } }));
  const young = [3, 3, 4].map((day) => eventOf(day));
  await insertEventRows(db, [...old, ...young]);
  const face = buildFace({ faceId: v7({ msecs: firstDay + dayMs / 2 }), storageKey: 'of-a-face' });
  await insertFaces(db, [face]);
  await addOrigins();

  const ref = await byHand.run(olderThan(3));

  assert.deepEqual(await partsOf(ref), [
    { whole: true, done: 3, skipped: 0 },
    { whole: true, done: 2, skipped: 0 },
    { whole: true, done: 1, skipped: 0 },
  ]);
  assert.deepEqual(await byHand.idsIn('events', 'event_id'), idsOf(young));
  assert.deepEqual(await byHand.idsIn('event_descriptors', 'event_id'), idsOf(young));
  assert.deepEqual(
    await byHand.idsIn('image_origins', 'owner_id'),
    new Set([face.faceId, ...idsOf(young)]),
    'a face that was made on such a day keeps its own',
  );
  assert.equal((await byHand.idsIn('samples', 'owner_id')).size, 10, 'samples were not to be removed');
  assert.deepEqual(
    await byHand.idsIn('(select unnest(ids) as face_id from task_result_chunks) removed'),
    idsOf(old),
  );
  const task = await byHand.taskRow(ref);
  assert.deepEqual(
    [task['objects_expected'], task['objects_done'], task['objects_skipped'], task['samples_left']],
    [6, 6, 0, 6],
  );
  assert.deepEqual(
    await db.query(
      'select kind, version, sum(rows)::integer as rows from removed_rows group by 1, 2 order by 1, 2',
    ),
    [
      { kind: 'event_descriptors', version: 1, rows: 6 },
      { kind: 'event_descriptors', version: 3, rows: 6 },
      { kind: 'event_descriptors', version: 101, rows: 6 },
      { kind: 'image_origins', version: 0, rows: 6 },
    ],
  );
});

test('a day with one event that is not selected goes by rows, and that event stays', async () => {
  const late = eventOf(1, { createTime: timeOf(4) });
  await insertEventRows(db, [eventOf(0), eventOf(1), late, eventOf(2)]);
  const ref = await byHand.run(olderThan(3));
  assert.deepEqual(await partsOf(ref), [
    { whole: true, done: 1, skipped: 0 },
    { whole: false, done: 1, skipped: 0 },
    { whole: true, done: 1, skipped: 0 },
  ]);
  assert.deepEqual(await byHand.idsIn('events', 'event_id'), idsOf([late]));
});

test('a batch by rows waits for no later day', async () => {
  await insertEventRows(db, [eventOf(1), eventOf(1, { createTime: timeOf(4) }), eventOf(4)]);
  await addOrigins();
  const { ref, content } = await byHand.create({ ...olderThan(3), remove_samples: true });
  await byHand.planOf(5).next(ref, 0);
  const part = await byHand.claim(ref, 1, 'mine');
  await db.transaction(async (holder) => {
    const others = await holder.query<{ name: string }>(
      `select partition as name from event_partitions() where low > key_of_time($1)`,
      [timeOf(1)],
    );
    assert.ok(others.length >= days);
    await holder.query(`lock table ${others.map(({ name }) => name).join(', ')} in access exclusive mode`);
    const answer = await byHand.gc.removeNext(part, content, 10);
    assert.equal(answer.kind === 'committed' && answer.result.removed, 1);
  });
});

test('an event that is added to a day after the task was planned stays, and the rest of the day goes by rows', async () => {
  await insertEventRows(db, [eventOf(0), eventOf(0)]);
  const { ref, content } = await byHand.create(olderThan(3));
  await byHand.planOf(5).next(ref, 0);
  const added = eventOf(0);
  await insertEventRows(db, [added]);
  await db.query("update events set insert_time = now() + interval '1 minute' where event_id = $1", [
    added.eventId,
  ]);
  await byHand.runPart(ref, content, 1, 2);
  await byHand.lifecycle.finish(ref, { outcome: 'done' });
  assert.deepEqual(await partsOf(ref), [{ whole: true, done: 2, skipped: 0 }]);
  assert.deepEqual(await byHand.idsIn('events', 'event_id'), idsOf([added]));
  assert.deepEqual(await byHand.idsIn('event_descriptors', 'event_id'), idsOf([added]));
});

test('what is written to a day while it is emptied waits, and is there afterwards', async () => {
  await insertEventRows(db, [eventOf(0), eventOf(0)]);
  const { ref, content } = await byHand.create(olderThan(3));
  await byHand.planOf(5).next(ref, 0);
  const part = await byHand.claim(ref, 1, 'mine');
  const added = eventOf(0);
  await db.transaction(async (writer) => {
    await writer.query('insert into events (event_id, account_id, create_time) values ($1, $2, $3)', [
      added.eventId,
      added.accountId,
      added.createTime,
    ]);
    const busy = await byHand.gc.emptyWhole(part, content);
    assert.deepEqual(busy.kind === 'committed' && busy.result, { kind: 'busy' });
  });
  const mixed = await byHand.gc.emptyWhole(part, content);
  assert.deepEqual(mixed.kind === 'committed' && mixed.result, { kind: 'mixed' });
  assert.equal((await byHand.idsIn('events', 'event_id')).size, 3);
});

test('a part that was emptied removes its files before it ends, whoever takes it up', async () => {
  const old = [1, 2, 3].map((n) => eventOf(0, { samples: { face: `file-${n}`, body: null } }));
  await insertEventRows(db, [...old, eventOf(3, { samples: { face: 'file-kept' } })]);
  await insertFaces(db, [
    buildFace({ faceId: v7({ msecs: firstDay + 1_000 }), storageKey: 'file-of-a-face' }),
  ]);
  const { ref, content } = await byHand.create({ ...olderThan(3), remove_samples: true });
  await byHand.planOf(5).next(ref, 0);
  const emptied = await byHand.gc.emptyWhole(await byHand.claim(ref, 1, 'first'), content);
  assert.equal(emptied.kind, 'committed');
  assert.equal(emptied.result.kind === 'emptied' && emptied.result.files, 3);

  let part: ClaimedPart = await byHand.claim(ref, 1, 'second');
  const early = await byHand.gc.removeNext(part, content, 10);
  assert.equal(early.kind === 'committed' && early.result.finished, false, 'its files are still there');
  assert.equal(early.kind, 'committed');
  ({ part } = early);
  const keys = await tombstones.listPending(part, 10);
  assert.deepEqual(new Set(keys), new Set(['file-1', 'file-2', 'file-3']));
  const outcomes = keys.map((storageKey) => ({ storageKey, refusal: null }));
  ({ part } = await tombstones.settle(part, content, outcomes));
  const last = await byHand.gc.removeNext(part, content, 10);
  assert.equal(last.kind === 'committed' && last.result.finished, true);
  assert.equal((await byHand.planOf(5).next(ref, 1)).planned, true);
  await byHand.lifecycle.finish(ref, { outcome: 'done' });
  const task = await byHand.taskRow(ref);
  assert.deepEqual([task['state'], task['objects_done'], task['samples_removed']], ['done', 3, 6]);
});

test('origins that are to be removed at their addresses, rehearsals and undo windows take days by rows', async () => {
  await insertEventRows(db, [eventOf(0), eventOf(1)]);
  await addOrigins();
  for (const more of [{ remove_image_origins: true }, { rehearsal: true as const }, { undo_window: '7d' }]) {
    const { ref } = await byHand.create({ ...olderThan(3), ...more });
    await byHand.planOf(5).next(ref, 0);
    const parts = await db.query<{ whole: boolean }>('select whole from subtasks where task_id = $1', [
      ref.taskId,
    ]);
    assert.ok(parts.length > 0 && parts.every((part) => !part.whole), JSON.stringify(more));
  }
});

const someSource = fc.constantFrom('door', 'gate');
const someEvent = fc.record({
  day: fc.integer({ min: -1, max: days }),
  shift: fc.constantFrom(0, 0, 0, 2),
  source: someSource,
  other: fc.constantFrom(false, false, false, true),
});
const someFilter: fc.Arbitrary<EventFilters> = fc.record(
  {
    create_time__lt: fc.integer({ min: 0, max: days }).map(timeOf),
    create_time__gte: fc.constantFrom(-1, 0).map(timeOf),
    sources: fc.array(someSource, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['create_time__lt'] },
);

test('whatever the filter, the ids and the days without a partition, what is selected goes and nothing else', async () => {
  let wholes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(someEvent, { maxLength: 30 }),
      someFilter.filter((filter) => (filter.create_time__gte ?? '') < (filter.create_time__lt ?? '')),
      fc.boolean(),
      fc.boolean(),
      async (rows, filters, removeSamples, storeResults) => {
        await db.query(
          'truncate events, event_descriptors, samples, image_origins, tasks, sample_tombstones cascade',
        );
        const events = rows.map(({ day, shift, source, other }) =>
          eventOf(day, {
            source,
            ...(other ? { eventId: v4() } : {}),
            ...(shift === 0
              ? {}
              : { createTime: new Date(firstDay + (day + shift) * dayMs + 1).toISOString() }),
          }),
        );
        await insertEventRows(db, events);
        await addOrigins();
        const ref = await byHand.run({
          ...{ target: 'events', filters, remove_samples: removeSamples, store_results: storeResults },
        });
        const left = events.filter(
          ({ createTime, source }) =>
            createTime >= (filters.create_time__lt ?? '') ||
            createTime < (filters.create_time__gte ?? '') ||
            filters.sources?.includes(source) === false,
        );
        for (const [table, key] of [
          ['events', 'event_id'],
          ['event_descriptors', 'event_id'],
          ['image_origins', 'owner_id'],
        ] as const) {
          assert.deepEqual(await byHand.idsIn(table, key), idsOf(left), table);
        }
        assert.deepEqual(await byHand.idsIn('samples', 'owner_id'), idsOf(removeSamples ? left : events));
        const task = await byHand.taskRow(ref);
        const removed = events.length - left.length;
        assert.deepEqual(
          [task['state'], task['objects_done'], task['objects_expected'], task['objects_skipped']],
          ['done', removed, removed, 0],
        );
        assert.equal(
          (await byHand.idsIn('(select unnest(ids) as face_id from task_result_chunks) removed')).size,
          storeResults ? removed : 0,
        );
        wholes += (await partsOf(ref)).filter(({ whole }) => whole).length;
      },
    ),
    { numRuns: 40 },
  );
  assert.ok(wholes > 0, 'no day was taken as a whole');
});
