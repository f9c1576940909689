import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRehearsal } from '../../../domain/gc/gcContent.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { openTasks } from './openTasks.ts';

const { api, call, create } = await openTasks();
const faces = { target: 'faces', filters: { external_ids: ['rehearsed'] } };

test('a rehearsal says in its JSON that it is one, wherever that was asked for', async () => {
  for (const body of [
    { content: faces, rehearsal: true },
    { content: { ...faces, rehearsal: true } },
    { content: { ...faces, rehearsal: true }, rehearsal: true },
  ]) {
    const { body: task } = await call('GET', `/4/tasks/${await create(body)}`);
    assert.equal(task.rehearsal, true);
    assert.equal(isRehearsal(task.content), true);
  }
  const { body: other } = await call('GET', `/4/tasks/${await create({ content: faces, rehearsal: false })}`);
  assert.equal(other.rehearsal, false);
  assert.equal('rehearsal' in other.content, false);
});

test('a request that is a rehearsal and none is refused', async () => {
  const body = { content: { ...faces, rehearsal: true }, rehearsal: false };
  const answer = await call('POST', '/4/tasks/gc', { body });
  assert.deepEqual([answer.status, answer.body.error_code], [400, 12022]);
  assert.match(answer.body.detail, /'rehearsal'.*differs from content\.rehearsal/);
});

test('the result of a rehearsal lists what it would remove, and why others would stay', async () => {
  await api.db.query('truncate faces, attributes, samples, list_faces, face_descriptors cascade');
  const rows = Array.from({ length: 3 }, () => buildFace({ externalId: 'rehearsed' }));
  await insertFaces(api.db, rows);
  const [first, second, third] = rows.map(({ faceId }) => faceId).sort();
  await api.db.query('create table holds (face_id uuid references faces)');
  try {
    await api.db.query('insert into holds values ($1)', [second]);
    const { taskId } = await createGcByHand(api.db).run(
      { target: 'faces', filters: { external_ids: ['rehearsed'] }, rehearsal: true },
      ...([10, 1] as const),
    );
    const { body } = await call('GET', `/4/tasks/${taskId}/result`);
    const { would_stay: stay, ...result } = body as unknown as Record<string, unknown> & {
      would_stay: { id: string; error_code: number; detail: string }[];
    };
    assert.deepEqual(result, {
      target: 'faces',
      rehearsal: true,
      removed_count: 0,
      would_remove_count: 2,
      would_remove_samples: 0,
      would_leave_samples: 2,
      errors_count: 1,
      would_remove: [first, third],
    });
    assert.deepEqual([stay.length, stay[0]?.id, stay[0]?.error_code], [1, second, 28107]);
    assert.match(stay[0]?.detail ?? '', /violates foreign key constraint/);
  } finally {
    await api.db.query('drop table holds');
  }
});

test('a schedule of rehearsals makes rehearsals, and is shown as one', async () => {
  const body = { task_type: 4, cron: '0 3 * * *', content: faces, rehearsal: true };
  const answer = await call('POST', '/4/tasks/schedules', { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(isRehearsal(answer.body.content), true);
});

test('a preview of a rehearsal counts what it would deal with, and frees nothing', async () => {
  const body = { task_type: 4, content: faces, rehearsal: true };
  const answer = await call('POST', '/4/tasks/preview', { body });
  assert.equal(answer.status, 200);
  assert.equal((answer.body as unknown as { freed_bytes: number | null }).freed_bytes, null);
});
