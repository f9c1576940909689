interface SnapshotTable {
  readonly name: string;
  /** Its primary key. */
  readonly key: readonly string[];
  /** Whose row it is. */
  readonly owner: string;
  /** Columns that the audit needs by value. */
  readonly kept: readonly string[];
  /** The row `x` as text, as far as no task may change it. */
  readonly text: string;
}

const table = (name: string, key: string[], more: string[] = [], text = 'x::text'): SnapshotTable => ({
  name,
  key,
  owner: key[0] ?? '',
  kept: [...key, ...more],
  text,
});

/** Attributes are judged by value: an extract may add them to a row. */
const besidesAttributes = `(to_jsonb(x) - array['basic_attributes', 'sample_generation'])::text`;

/** What tasks may change, and what they must leave alone. */
export const snapshotTables: readonly SnapshotTable[] = [
  table('faces', ['face_id'], ['account_id', 'event_id', 'external_id', 'user_data', 'create_time']),
  table('attributes', ['face_id'], ['basic_attributes', 'sample_generation'], besidesAttributes),
  table('list_faces', ['face_id', 'list_id']),
  table('samples', ['owner_id', 'kind'], ['sample_id', 'generation', 'storage_key', 'create_time']),
  table('image_origins', ['owner_id', 'origin_no'], ['url']),
  table('face_descriptors', ['face_id', 'descriptor_version'], ['create_time']),
  table(
    'events',
    ['event_id'],
    [
      ...['account_id', 'handler_id', 'source', 'tags', 'external_id', 'user_data', 'track_id'],
      ...['create_time', 'end_time', 'insert_time', 'basic_attributes', 'sample_generation'],
    ],
    besidesAttributes,
  ),
  table('event_descriptors', ['event_id', 'descriptor_version', 'descriptor_type'], ['create_time']),
  table('lists', ['list_id']),
  table('accounts', ['account_id']),
];
