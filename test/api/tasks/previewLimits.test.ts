import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTaskPreviews } from '../../../db/selection/preview/taskPreview.ts';
import { basic } from '../../support/rows/basic.ts';
import { mine, openPreviews } from './openPreviews.ts';

const { api, call, preview, insertSomeFaces } = await openPreviews();

/** A task of the past, as the engine would have left it. */
async function insertEndedTask(
  content: object,
  { objects = 1, runningMs = 1_000, state = 'done', limit = null as number | null, taskType = 4 },
): Promise<void> {
  await api.db.query(
    `insert into tasks (task_type, content, state, objects_done, running_ms, objects_per_second, end_time)
     values ($6, $1, $2, $3, $4, $5, now())`,
    [JSON.stringify(content), state, objects, runningMs, limit, taskType],
  );
}

test('a preview refuses what creating the task would refuse, with the same error', async () => {
  const refused: readonly (readonly [number, object])[] = [
    [4, { target: 'faces', filters: {} }],
    [4, { target: 'faces', filters: { tags: ['a'] } }],
    [4, { target: 'face_descriptors', filters: { descriptor_version: 1 }, descriptor_version: 2 }],
    [4, { target: 'face_descriptors', filters: {} }],
    [4, { target: 'faces', filters: { face_ids: [] } }],
    [4, { target: 'faces', filters: { create_time__lt: 'yesterday' } }],
    [5, { extraction_target: 'face_descriptor', filters: { objects_type: 'faces' } }],
    [5, { extraction_target: 'body_descriptor', filters: { objects_type: 'faces' } }],
    [
      5,
      {
        extraction_target: 'face_descriptor',
        options: { missing: true, descriptor_version: 77 },
        filters: { objects_type: 'faces' },
      },
    ],
  ];
  for (const [taskType, content] of refused) {
    const path = taskType === 4 ? '/4/tasks/gc' : '/4/tasks/additional_extract';
    const created = await call('POST', path, { body: { content } });
    const seen = await call('POST', '/4/tasks/preview', { body: { task_type: taskType, content } });
    assert.equal(created.status, 400, JSON.stringify(content));
    assert.deepEqual([seen.status, seen.body], [created.status, created.body]);
  }
  const wrongType = { task_type: 6, content: { target: 'faces', filters: { account_id: mine } } };
  assert.equal((await call('POST', '/4/tasks/preview', { body: wrongType })).body.error_code, 12022);
  const stranger = basic('root@visionlabs.ai', 'wrong');
  const body = { task_type: 4, content: { target: 'face_descriptors', descriptor_version: 1 } };
  assert.equal((await call('POST', '/4/tasks/preview', { body, headers: stranger })).status, 401);
});

test('a preview leaves nothing behind: no task, no line in the audit, no word to the engine', async () => {
  await insertSomeFaces(5);
  const look = async () => {
    const [row] = await api.db.query<object>(
      `select (select count(*) from tasks) tasks, (select count(*) from audit) lines,
         (select count(*) from faces) faces, (select count(*) from face_descriptors) descriptors`,
    );
    return row;
  };
  const before = await look();
  assert.equal((await preview({ target: 'faces', filters: {}, confirm_all: true })).count, 5);
  assert.deepEqual(await look(), before);
  assert.deepEqual(api.told, []);
});

test('the time is told by tasks of the same target that ended well and without a limit', async () => {
  await insertSomeFaces(40);
  const faces = { target: 'faces', filters: { account_id: mine }, store_results: true };
  const told = async () => {
    const { estimated_seconds: seconds, estimated_by: by } = await preview(faces);
    return [seconds, by?.tasks, by?.objects_per_second];
  };
  await insertEndedTask(faces, { state: 'cancelled' });
  await insertEndedTask(faces, { limit: 1 });
  await insertEndedTask({ target: 'events', store_results: true }, { objects: 28, runningMs: 2_000 });
  await insertEndedTask({ ...faces, store_results: false }, { objects: 28, runningMs: 2_000 });
  assert.deepEqual(await told(), [null, undefined, undefined], 'others are no measure');
  await insertEndedTask(faces, { objects: 7, runningMs: 3_000 });
  await insertEndedTask(faces, { objects: 7, runningMs: 1_000 });
  assert.deepEqual(await told(), [4, 2, 3.5], '14 faces, 3.5 of them a second');
});

test('the time of an extract is told by extracts of its version: another network is no measure', async () => {
  await insertSomeFaces(40);
  const extract = (version: number) => ({
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: version },
    filters: { objects_type: 'faces' },
  });
  const taskType = 5;
  await insertEndedTask({ ...extract(2), store_results: true }, { objects: 1_000, taskType });
  assert.equal((await preview(extract(3), taskType)).estimated_seconds, null);
  await insertEndedTask({ ...extract(3), store_results: true }, { objects: 2, taskType });
  assert.equal((await preview(extract(3), taskType)).estimated_seconds, 4, '8 faces, 2 of them a second');
});

test('more objects than are counted are estimated, with the oldest, the newest and the first ones', async () => {
  const faces = await insertSomeFaces(40);
  await api.db.query('analyze faces');
  const few = createTaskPreviews(api.db, { exactUpTo: 39, countMs: 10_000, questionMs: 10_000 });
  const content = { target: 'faces', ...{ remove_samples: false, remove_image_origins: false } } as const;
  const work = { kind: 'gc', content: { ...content, filters: {}, store_results: true } } as const;
  const seen = await few.preview(() => work);
  assert.deepEqual(
    [seen.count, seen.isExact, seen.oldest?.toISOString(), seen.newest?.toISOString()],
    [40, false, faces[0]?.createTime, faces[39]?.createTime],
  );
  assert.deepEqual(
    seen.sample.map((face) => face.kind === 'face' && face.faceId),
    faces.slice(0, 10).map(({ faceId }) => faceId),
  );
  const all = createTaskPreviews(api.db, { exactUpTo: 40, countMs: 10_000, questionMs: 10_000 });
  assert.equal((await all.preview(() => work)).isExact, true);
});

test('what takes too long is left out or estimated, and costs the connection nothing', async () => {
  await api.db.query(
    `insert into faces (face_id, account_id, create_time)
     select gen_random_uuid(), $1, timestamptz '2025-01-01' from generate_series(1, 150000)`,
    [mine],
  );
  await api.db.query('analyze faces');
  const content = { target: 'faces', filters: { account_id: mine } };
  const seen = await preview(content);
  assert.equal(seen.exact, false);
  assert.ok(Math.abs(seen.count - 150_000) < 15_000, String(seen.count));

  const hasty = createTaskPreviews(api.db, { exactUpTo: 1_000_000, countMs: 1, questionMs: 1 });
  const rest = { store_results: true, remove_samples: false, remove_image_origins: false };
  const guess = await hasty.preview(() => ({
    kind: 'gc',
    content: { ...content, target: 'faces', ...rest },
  }));
  assert.equal(guess.isExact, false);
  assert.ok(Math.abs(guess.count - 150_000) < 15_000, String(guess.count));
  const limits = await Promise.all(
    Array.from({ length: 6 }, () =>
      api.db.query<{ limit: string }>("select current_setting('statement_timeout') as limit"),
    ),
  );
  assert.deepEqual(new Set(limits.flat().map(({ limit }) => limit)), new Set(['0']));
});
