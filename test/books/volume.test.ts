import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditBooks, takeSnapshot } from '../../books/auditBooks.ts';
import { withClient } from '../../books/withClient.ts';
import { seedVolume } from '../../db/faces/seedVolume.ts';
import { createTaskStore } from '../../db/tasks/taskStore.ts';
import { openTestDatabase } from '../support/servers/database.ts';
import { tester } from '../support/rows/rows.ts';

const accountId = '01900001-0000-7000-8000-000000000001';
const faces = 30_000;

test('30,000 faces under five extracts by their ids are audited, no statement of it taking half a minute', async () => {
  const { db, url } = await openTestDatabase(2);
  // Short ones: to draw long vectors takes longer than all the rest.
  const versions = [{ version: 1, dimension: 4 }];
  await seedVolume(db, { accountId, faces, events: 0, versions, seed: 1 });
  const ids = await db.query<{ id: string }>('select face_id as id from faces order by 1');
  const tasks = createTaskStore(db, null);
  await withClient(url, async (client) => {
    await takeSnapshot(client);
    const extract = {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
      store_results: true,
    } as const;
    const taskIds: number[] = [];
    for (let from = 0; from < faces; from += faces / 5) {
      const filters = {
        objects_type: 'faces' as const,
        face_ids: ids.slice(from, from + faces / 5).map(({ id }) => id),
      };
      const content = { ...extract, filters } as const;
      taskIds.push((await tasks.create({ taskType: 5, content, description: null }, tester)).taskId);
    }
    await client.query(`set statement_timeout = '30s'`);
    const faults = await auditBooks(client, { taskIds });
    // Nobody has worked on them, and nothing has been changed: what they select is what is said of them.
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('it has not ended')),
      [],
    );
    const [selected] = (await client.query<{ count: number }>('select count(*)::integer from ledger')).rows;
    assert.equal(selected?.count, faces);
  });
});
