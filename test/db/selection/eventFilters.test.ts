import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { v7 as newId } from 'uuid';
import type { EventFilters } from '../../../domain/tasks/filters.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { hasNoEmptyRange } from '../../support/noEmptyRange.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';

const { db } = await openTestDatabase(6);

// Few different values, so that filters hit and miss.
const someUuid = fc.constantFrom(...[1, 2, 3].map((n) => `0190000${n}-0000-7000-8000-00000000000${n}`));
const someText = fc.constantFrom('a', 'b', "c'; drop table events; --");
const someTime = fc.constantFrom(
  '2025-01-01T00:00:00.000Z',
  '2025-06-01T00:00:00.000Z',
  '2025-12-31T23:59:59.999Z',
);
const textOrNone = fc.option(someText, { nil: '' });
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 2 });

const someEvent = fc.record({
  account_id: someUuid,
  handler_id: fc.option(someUuid),
  source: textOrNone,
  tags: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue'), { maxLength: 3 }),
  external_id: textOrNone,
  user_data: textOrNone,
  track_id: textOrNone,
  ...{ create_time: someTime, end_time: someTime, insert_time: someTime },
});
type SomeEvent = typeof someEvent extends fc.Arbitrary<infer Event> ? Event & { event_id: string } : never;

const conditions = {
  account_id: someUuid,
  handler_ids: few(someUuid),
  sources: few(someText),
  tags: few(fc.constantFrom('red', 'green', 'black')),
  external_ids: few(someText),
  user_data: someText,
  track_ids: few(someText),
  ...{ create_time__gte: someTime, create_time__lt: someTime },
  ...{ end_time__gte: someTime, end_time__lt: someTime },
  ...{ insert_time__gte: someTime, insert_time__lt: someTime },
};
// Two at most: with more of them hardly an event would be selected.
const someFilter: fc.Arbitrary<EventFilters> = fc
  .tuple(fc.record(conditions), fc.subarray(Object.keys(conditions), { maxLength: 2 }))
  .map(([all, names]) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))))
  .filter((filter) => hasNoEmptyRange({ ...filter }));

/** What the filter means, said once more without SQL. */
function selects(filter: EventFilters, event: SomeEvent): boolean {
  const among = (list: readonly string[] | undefined, value: string | null) =>
    list === undefined || (value !== null && list.includes(value));
  const within = (from: string | undefined, below: string | undefined, time: string) =>
    (from === undefined || time >= from) && (below === undefined || time < below);
  return (
    (filter.account_id === undefined || event.account_id === filter.account_id) &&
    among(filter.event_ids, event.event_id) &&
    among(filter.handler_ids, event.handler_id) &&
    among(filter.sources, event.source) &&
    (filter.tags === undefined || filter.tags.some((tag) => event.tags.some((own) => own === tag))) &&
    among(filter.external_ids, event.external_id) &&
    (filter.user_data === undefined || event.user_data === filter.user_data) &&
    among(filter.track_ids, event.track_id) &&
    within(filter.create_time__gte, filter.create_time__lt, event.create_time) &&
    within(filter.end_time__gte, filter.end_time__lt, event.end_time) &&
    within(filter.insert_time__gte, filter.insert_time__lt, event.insert_time)
  );
}

async function insertAll(events: readonly SomeEvent[]): Promise<void> {
  // Deleting few rows is quicker than truncating: 18 s for the whole test instead of 67 s.
  const tables = ['events', 'samples', 'event_descriptors', 'image_origins'];
  await db.query(
    `with ${tables.map((name) => `of_${name} as (delete from ${name})`).join(', ')} delete from tasks`,
  );
  await insertEventRows(
    db,
    events.map(({ event_id }) =>
      buildEvent({
        eventId: event_id,
        versions: { face: [1], body: [101] },
        samples: { face: null, body: null },
      }),
    ),
  );
  await db.query(
    `update events e set account_id = x.account_id, handler_id = x.handler_id, source = x.source, tags = x.tags,
       external_id = x.external_id, user_data = x.user_data, track_id = x.track_id, create_time = x.create_time,
       end_time = x.end_time, insert_time = x.insert_time
     from jsonb_populate_recordset(null::events, $1::jsonb) x where x.event_id = e.event_id`,
    [JSON.stringify(events)],
  );
  await db.query(`insert into image_origins select event_id, 1, 'http://origin.example/' from events`);
}

/** Every row that hangs on events, as text, by its event. */
async function readRows(): Promise<Record<string, readonly string[]>> {
  const rows = await db.query<{ id: string; texts: string[] }>(
    `select id, array_agg(line order by line) as texts from (
       select event_id as id, e::text as line from events e
       union all select event_id, d::text from event_descriptors d
       union all select owner_id, s::text from samples s
       union all select owner_id, o::text from image_origins o) lines group by id`,
  );
  return Object.fromEntries(rows.map(({ id, texts }) => [id, texts]));
}

test('a gc of events removes what its filter selects, and changes no row of any other event', async (t) => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(someEvent, { maxLength: 24 }),
      someFilter,
      fc.boolean(),
      async (drawn, filter, picked) => {
        const events = drawn.map((event) => ({ ...event, event_id: newId() }));
        await insertAll(events);
        const wanted: EventFilters =
          picked && events.length > 0
            ? { ...filter, event_ids: events.filter((_, n) => n % 2 === 0).map(({ event_id }) => event_id) }
            : filter;
        const before = await readRows();
        const byHand = createGcByHand(db);
        const ref = await byHand.run({
          ...{ target: 'events', filters: wanted, remove_samples: true, confirm_all: true },
        });

        const selected = events.filter((event) => selects(wanted, event)).map(({ event_id }) => event_id);
        const kept = Object.entries(before).filter(([id]) => !selected.includes(id));
        assert.deepEqual(await readRows(), Object.fromEntries(kept));
        const task = await byHand.taskRow(ref);
        assert.equal(task['state'], 'done', JSON.stringify(task['failure']));
        assert.equal(task['objects_done'], selected.length);
        assert.deepEqual(
          await byHand.idsIn('(select unnest(ids) as id from task_result_chunks) removed', 'id'),
          new Set(selected),
        );
        hits += selected.length;
      },
    ),
    { numRuns: 60 },
  );
  t.diagnostic(`${hits} events were selected in all`);
  assert.ok(hits > 20, 'the filters hit something');
});
