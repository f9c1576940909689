import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openTasks } from './openTasks.ts';

const { api, call, create, setTask } = await openTasks();
const faces = { target: 'faces', filters: { external_ids: ['undone'] } };
const undoOf = async (taskId: number) =>
  ((await call('GET', `/4/tasks/${taskId}`)).body as unknown as { undo: Record<string, unknown> | null })
    .undo;

test('a gc says in its JSON until when it can be undone, and by which task it was', async () => {
  assert.equal(await undoOf(await create({ content: faces })), null);
  const taskId = await create({ content: faces, undo_window: '7d' });
  assert.deepEqual(await undoOf(taskId), { until: null, state: 'available', task_id: null });
  await setTask(taskId, `state = 'done', end_time = '2026-01-01T00:00:00Z'`);
  assert.deepEqual(await undoOf(taskId), {
    ...{ until: '2026-01-08T00:00:00.000Z', state: 'available', task_id: null },
  });
  const late = await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'undo' } });
  assert.deepEqual([late.status, late.body.error_code], [400, 28050]);
  assert.match(late.body.detail, /the undo window ended at 2026-01-08T00:00:00\.000Z/);
});

test('an undo answers the id of its task, whose result tells what is back and why the rest is not', async () => {
  await api.db.query('truncate faces, attributes, samples, list_faces, face_descriptors cascade');
  const rows = Array.from({ length: 3 }, () => buildFace({ externalId: 'undone' }));
  await insertFaces(api.db, rows);
  const [first, second, third] = rows.map(({ faceId }) => faceId).sort();
  const byHand = createGcByHand(api.db);
  const { taskId: gc } = await byHand.run({
    ...faces,
    target: 'faces',
    remove_samples: true,
    undo_window: '1h',
  });
  await insertFaces(api.db, [buildFace({ faceId: second ?? assert.fail() })]);
  const answer = await call('PATCH', `/4/tasks/${gc}`, { body: { action: 'undo' } });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const taskId = answer.body.task_id;
  assert.equal((await undoOf(gc))?.['state'], 'undoing');
  assert.ok(api.told.length > 0);
  await byHand.runCreated({ taskId, generation: 1 });
  const { body: result } = await call('GET', `/4/tasks/${taskId}/result`);
  assert.deepEqual(result, {
    ...{ target: 'undo', of: gc, objects: 'faces', restored_count: 2, skipped_count: 1, errors_count: 0 },
    skipped: [{ id: second, reason: 'it exists again' }],
    restored: [first, third],
  });
});

test('what is deleted elsewhere, a rehearsal, and what is no time have no undo window', async () => {
  const refusals: readonly (readonly [object, RegExp])[] = [
    [{ content: { ...faces, remove_image_origins: true }, undo_window: '7d' }, /omit remove_image_origins/],
    [{ content: faces, undo_window: '7d', rehearsal: true }, /a rehearsal removes nothing/],
    [{ content: faces, undo_window: '900w' }, /such as 7d, and at most one year/],
    [{ content: faces, undo_window: 'soon' }, /undo_window/],
  ];
  for (const [body, words] of refusals) {
    const answer = await call('POST', '/4/tasks/gc', { body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], JSON.stringify(body));
    assert.match(answer.body.detail, words);
  }
});

test('a filter that the removed objects do not have is refused', async () => {
  await insertFaces(api.db, [buildFace({ externalId: 'undone', versions: [5] })]);
  const { taskId } = await createGcByHand(api.db).run({
    ...{ target: 'face_descriptors', descriptor_version: 5, undo_window: '1h' },
  });
  const body = { action: 'undo', filters: { user_data: 'x' } };
  const answer = await call('PATCH', `/4/tasks/${taskId}`, { body });
  assert.deepEqual([answer.status, answer.body.error_code], [400, 12022]);
  assert.match(answer.body.detail, /filters\.user_data.*face_ids/);
});

test('a gc whose removals can still be put back is not deleted', async () => {
  const taskId = await create({ content: faces, undo_window: '7d' });
  await setTask(taskId, `state = 'done', end_time = now()`);
  const answer = await call('DELETE', `/4/tasks/${taskId}`);
  assert.deepEqual([answer.status, answer.body.error_code], [400, 28051]);
});

test('a preview says how much is kept aside, and that nothing is freed before the window is over', async () => {
  const body = { task_type: 4, content: faces, undo_window: '7d' };
  const { body: preview } = await call('POST', '/4/tasks/preview', { body });
  const { freed_bytes: freed, aside_bytes: aside } = preview as unknown as Record<string, number | null>;
  assert.equal(freed, 0);
  assert.ok(aside === null || (aside ?? -1) >= 0);
});
