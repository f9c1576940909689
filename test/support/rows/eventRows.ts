import { v7 as newId } from 'uuid';
import type { Database } from '../../../db/sql/connection.ts';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';

export interface EventRow {
  readonly eventId: string;
  readonly accountId: string;
  readonly createTime: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly userData: string;
  readonly attributes: object | null;
  /** Descriptors that it has, by type. */
  readonly versions: Readonly<Partial<Record<'face' | 'body', readonly number[]>>>;
  /** Keys of its samples; null: a sample without an image; absent: no sample. */
  readonly samples: Readonly<Partial<Record<'face' | 'body', string | null>>>;
}

/** An event with whatever the test does not care about filled in. */
export function buildEvent(overrides: Partial<EventRow> = {}): EventRow {
  return {
    eventId: newId(),
    accountId: '01900000-0000-7000-8000-000000000001',
    createTime: new Date().toISOString(),
    ...{ source: '', tags: [], userData: '', attributes: null },
    versions: { face: [1] },
    samples: { face: null },
    ...overrides,
  };
}

/** Puts events with all their rows into the tables. */
export async function insertEventRows(db: Database, events: readonly EventRow[]): Promise<void> {
  const descriptors = events.flatMap(({ eventId, versions }) =>
    Object.entries(versions).flatMap(([type, numbers]) => numbers.map((n) => [eventId, type, n] as const)),
  );
  for (const version of new Set(descriptors.map(([, , number]) => number))) {
    await ensureDescriptorPartition(db, 'event_descriptors', version);
  }
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into events (event_id, account_id, source, user_data, basic_attributes, tags, create_time, insert_time)
       select id, account_id, source, user_data, attributes, string_to_array(tags, ','), create_time, timestamptz '2025-06-01'
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::text[], $7::timestamptz[])
         e (id, account_id, source, user_data, attributes, tags, create_time)`,
      [
        events.map(({ eventId }) => eventId),
        events.map(({ accountId }) => accountId),
        events.map(({ source }) => source),
        events.map(({ userData }) => userData),
        events.map(({ attributes }) => attributes && JSON.stringify(attributes)),
        events.map(({ tags }) => tags.join(',')),
        events.map(({ createTime }) => createTime),
      ],
    );
    const samples = events.flatMap(({ eventId, samples: keys }) =>
      Object.entries(keys).map(([kind, key]) => [eventId, kind, key] as const),
    );
    await tx.query(
      `insert into samples (owner_id, kind, sample_id, storage_key)
       select id, kind, gen_random_uuid(), key from unnest($1::uuid[], $2::text[], $3::text[]) s (id, kind, key)`,
      [0, 1, 2].map((column) => samples.map((sample) => sample[column])),
    );
    await tx.query(
      `insert into event_descriptors (event_id, descriptor_type, descriptor_version, descriptor, create_time)
       select id, type, version, '\\x00000000', timestamptz '2025-06-01'
       from unnest($1::uuid[], $2::text[], $3::integer[]) d (id, type, version)`,
      [0, 1, 2].map((column) => descriptors.map((descriptor) => descriptor[column])),
    );
  });
}
