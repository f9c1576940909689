import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { insertError, insertTask } from './taskRows.ts';

const site = openSite();

test('a face tells the tasks and the errors that touched it, and a deleted one which task deleted it', async () => {
  const { db } = site.server;
  const face = buildFace({});
  await insertFaces(db, [face]);
  const goneId = buildFace({}).faceId;
  const extract = await insertTask(db, { state: 'done' });
  const gc = await insertTask(db, { state: 'done', taskType: 4, content: { target: 'faces', filters: {} } });
  const rehearsal = await insertTask(db, {
    ...{ state: 'done', taskType: 4 },
    content: { target: 'faces', filters: {}, rehearsal: true },
  });
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  await db.query('update subtasks set from_key = $1, to_key = $1 where part_no = 2', [last]);
  await db.query('update subtasks set to_key = $1 where part_no = 1', [last]);
  await db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids, sample_ids, generations)
     values ($1, 1, 1, 1, array[$4]::uuid[], array[$4]::uuid[], '{3}'), ($2, 1, 1, 1, array[$5]::uuid[], null, null),
       ($3, 1, 1, 1, array[$4, $5]::uuid[], null, null)`,
    [extract, gc, rehearsal, face.faceId, goneId],
  );
  await insertError(db, gc, 'it resists', { code: 28107, desc: 'Object not removed' });
  await db.query('update task_errors set object_id = $1, overcome_time = now()', [face.faceId]);

  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/faces/${face.faceId}/view`);
  const row = page.getByRole('row').filter({ hasText: `Task ${extract}` });
  assert.match(await row.innerText(), /sample generation 3/);
  const error = page.getByRole('row').filter({ hasText: 'it resists' });
  assert.match(await error.innerText(), new RegExp(`28107.*Resolved.*Task ${gc}`, 's'));

  const answer = await page.goto(`/faces/${goneId}/view`);
  assert.equal(answer?.status(), 404);
  await page.getByText(new RegExp(`Deleted by task ${gc} on \\d{4}-\\d\\d-\\d\\d`)).waitFor();
});
