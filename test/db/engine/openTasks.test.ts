import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenTasks } from '../../../db/engine/openTasks.ts';
import { createTurns } from '../../../db/engine/turns.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { freezeGcContent } from '../../../domain/gc/gcContent.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(2);

test('a task whose start got lost makes the outbox old; one that waits for its turn or is paused does not', async () => {
  const tasks = createTaskStore(db, null);
  const outboxAge = async () => (await createOpenTasks(db).figures()).outboxAgeSeconds;
  assert.equal(await outboxAge(), 0);
  const content = freezeGcContent({ target: 'face_descriptors', descriptor_version: 1 }, new Date());
  const { taskId } = await tasks.create({ taskType: 4, content, description: null }, tester);
  await db.query(`update tasks set last_update_time = now() - interval '100 seconds'`);
  assert.equal(await outboxAge(), 0);
  await createTurns(db).admit(1);
  await db.query(`update tasks set last_update_time = now() - interval '100 seconds'`);
  assert.ok((await outboxAge()) >= 100);
  await tasks.control(taskId, 'pause', tester);
  assert.equal(await outboxAge(), 0);
});
