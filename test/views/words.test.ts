import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeProgress, formatAgo, formatDuration, formatRate } from '../../views/assets/words.js';
import { pager } from '../../views/components/pager/pager.ts';
import { partStrip } from '../../views/components/partStrip/partStrip.ts';
import { statusBadge } from '../../views/components/statusBadge/statusBadge.ts';
import { nextRun } from '../../views/pages/schedules/nextRun.ts';
import { describeContent } from '../../views/pages/tasks/describeContent.ts';
import { taskStates } from '../../domain/tasks/task.ts';
import type { ProgressShape } from '../../views/shapes.ts';

function buildProgress(overrides: Partial<ProgressShape> = {}): ProgressShape {
  return {
    objects_expected: 0,
    objects_done: 0,
    objects_failed: 0,
    objects_skipped: 0,
    objects_per_second: null,
    eta_seconds: null,
    ...overrides,
  };
}

test('100 percent is said only when nothing is left', () => {
  const progress = buildProgress({ objects_expected: 100_000, objects_done: 99_999 });
  assert.equal(describeProgress({ state: 'running', progress }).percent, 99);
});

test('a plan that lags behind its work never shows more than 100 percent, nor that while the task goes on', () => {
  const progress = buildProgress({ objects_expected: 10, objects_done: 20, objects_failed: 5 });
  const { percent, done, failed } = describeProgress({ state: 'running', progress });
  assert.deepEqual([percent, done, failed], [99, 80, 20]);
  assert.equal(describeProgress({ state: 'done', progress }).percent, 100);
});

test('a task that found nothing to do is complete, one that has not counted yet is not', () => {
  assert.equal(describeProgress({ state: 'done', progress: buildProgress() }).percent, 100);
  const counting = describeProgress({ state: 'planning', progress: buildProgress() });
  assert.deepEqual([counting.percent, counting.words], [0, 'counting']);
});

test('a task that was never counted says why, and counts only while it is planned', () => {
  const said = taskStates.map((state) => describeProgress({ state, progress: buildProgress() }).sentence);
  assert.deepEqual(Object.fromEntries(taskStates.map((state, index) => [state, said[index]])), {
    ...{ pending: 'not counted yet', planning: 'counting objects', running: 'counting objects' },
    ...{ pausing: 'not counted yet', paused: 'not counted yet', collecting: 'counting objects' },
    ...{ awaiting_approval: 'not counted yet' },
    ...{ cancelling: 'not counted yet', cancelled: 'cancelled before its objects were counted' },
    ...{ failed: 'failed before its objects were counted', done: 'nothing to do' },
  });
  const progress = buildProgress({ objects_expected: 10, objects_done: 2 });
  assert.equal(describeProgress({ state: 'cancelled', progress }).sentence, '2 of 10 planned objects');
});

test('how long ago something was is said in one unit, and by its date after a month', () => {
  const iso = '2026-03-02T01:30:00.000Z';
  const after = (seconds: number) => formatAgo(iso, Date.parse(iso) + seconds * 1_000);
  assert.deepEqual([-90, 0, 12, 59.9, 200, 7_300, 90_000, 29 * 86_400, 31 * 86_400].map(after), [
    ...['now', 'now', '12 sec ago', '59 sec ago', '3 min ago', '2 hr ago', 'yesterday', '29 days ago'],
    '2026-03-02',
  ]);
});

test('a total is called so only when all objects were counted', () => {
  const progress = buildProgress({ objects_expected: 16_000, objects_failed: 6_000 });
  assert.deepEqual(
    (['planning', 'running', 'paused', 'failed', 'done'] as const).map(
      (state) => describeProgress({ state, progress }).words,
    ),
    [
      '6,000 of at least 16,000',
      '6,000 of 16,000',
      '6,000 of 16,000 planned',
      '6,000 of 16,000 planned',
      '6,000 of 16,000',
    ],
  );
});

test('durations and rates are short', () => {
  assert.deepEqual([0, 59, 61, 3_700, 200_000, null].map(formatDuration), [
    '0 s',
    '59 s',
    '1 min 1 s',
    '1 h 1 min',
    '2 d 7 h',
    '–',
  ]);
  assert.equal(formatRate(1_234.5), '1,230/s');
});

test('a pager knows where it stands, and leads back from beyond the end', () => {
  const on = (page: number, shown: number, count = 45) =>
    pager({ things: 'tasks', page, pageSize: 20, shown, count, href: (to) => `?page=${to}` });
  assert.equal(on(1, 20, 20), null);
  assert.deepEqual(
    [on(1, 20), on(3, 5), on(99, 0)].map((one) => [one?.words, one?.previous, one?.next]),
    [
      ['1–20 of 45', null, '?page=2'],
      ['41–45 of 45', '?page=2', null],
      ['No tasks on page 99', '?page=3', null],
    ],
  );
});

test('every state has a badge of its own', () => {
  assert.equal(new Set(taskStates.map((state) => statusBadge(state).text)).size, taskStates.length);
});

test('a strip shows how large each subtask is, how far it has come and what failed of it', () => {
  const nothing = { waiting: 0, running: 0, cancelled: 0, failed: 0, done: 0, attempt: 1, cursor: null };
  const { cells, paths } = partStrip([
    {
      ...nothing,
      done: 1,
      firstPart: 1,
      lastPart: 1,
      expected: 10_000,
      handled: 10_000,
      objectsFailed: 2_500,
    },
    {
      ...nothing,
      waiting: 1,
      firstPart: 2,
      lastPart: 2,
      expected: 40_000,
      handled: 14_000,
      objectsFailed: 0,
    },
  ]);
  assert.deepEqual(
    cells.map(({ tone, x, width }) => [tone, x, width]),
    [
      ['done', 0, 200],
      ['waiting', 200, 800],
    ],
  );
  assert.deepEqual(paths, {
    handled: 'M0 0h150v1h-150zM200 0h280v1h-280z',
    failed: 'M150 0h50v1h-50z',
    gaps: 'M200 0v1',
  });
});

test('a strip names the colour of what is done before a subtask is', () => {
  const part = { ...{ waiting: 0, running: 1, cancelled: 0, failed: 0, done: 0 }, attempt: 1, cursor: null };
  const strip = (handled: number) =>
    partStrip([{ ...part, firstPart: 1, lastPart: 1, expected: 100, handled, objectsFailed: 0 }]);
  assert.equal(strip(30).label, 'Subtasks: 0 done, 1 running');
  assert.equal(strip(0).label, 'Subtasks: 1 running');
});

test('contents are told in words, and unknown ones do no harm', () => {
  const words = describeContent(4, {
    target: 'faces',
    filters: { face_ids: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], create_time__lt: '2026-01-01T00:00:00.000Z' },
    remove_samples: true,
    store_results: false,
  });
  assert.equal(words.title, 'Remove faces');
  assert.deepEqual(
    words.facts.map(({ name, value }) => `${name}: ${value}`),
    [
      'Removes: faces',
      'Face ids: a, b, c, d, e and 2 more',
      'Created before: 2026-01-01T00:00:00.000Z',
      'Samples: removed too',
      'Result: not kept',
    ],
  );
  assert.equal(describeContent(6, { anything: 1 }).title, 'Cross match');
});

test('a run is told in its own time zone too, with the day where it is another one', () => {
  assert.equal(nextRun('2026-11-27T01:30:00.000Z', 'Europe/Berlin').there, '02:30 in Europe/Berlin');
  assert.equal(nextRun('2026-11-27T23:30:00.000Z', 'Asia/Tokyo').there, '2026-11-28 08:30 in Asia/Tokyo');
  assert.equal(nextRun('2026-11-27T01:30:00.000Z', 'UTC').there, null);
});
