interface SnapshotTable {
  readonly name: string;
  /** Its primary key. */
  readonly key: readonly string[];
  /** Whose row it is. */
  readonly owner: string;
  /** Columns that the audit needs by value. */
  readonly kept: readonly string[];
}

const table = (name: string, key: string[], more: string[] = []): SnapshotTable => ({
  name,
  key,
  owner: key[0] ?? '',
  kept: [...key, ...more],
});

/** What tasks may change, and what they must leave alone. */
export const snapshotTables: readonly SnapshotTable[] = [
  table('faces', ['face_id'], ['account_id', 'event_id', 'external_id', 'user_data', 'create_time']),
  table('attributes', ['face_id']),
  table('list_faces', ['face_id', 'list_id']),
  table('samples', ['owner_id', 'kind'], ['sample_id', 'generation', 'storage_key']),
  table('image_origins', ['owner_id', 'origin_no']),
  table('face_descriptors', ['face_id', 'descriptor_version'], ['create_time']),
  table('events', ['event_id']),
  table('event_descriptors', ['event_id', 'descriptor_version', 'descriptor_type']),
  table('lists', ['list_id']),
  table('accounts', ['account_id']),
];
