import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureDescriptorPartition } from '../../../db/schema/descriptorPartitions.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(8);

test('processes that start at once make the partition of a new version once', async () => {
  for (let version = 201; version <= 210; version += 1) {
    await Promise.all(
      Array.from({ length: 8 }, () => ensureDescriptorPartition(db, 'event_descriptors', version)),
    );
  }
  const [row] = await db.query<{ partitions: number }>(
    `select count(*) as partitions from pg_inherits where inhparent = 'event_descriptors'::regclass`,
  );
  assert.ok((row?.partitions ?? 0) >= 10);
});
