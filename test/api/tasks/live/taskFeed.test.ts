import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createTaskFeed, type LiveTask, type Wanted } from '../../../../api/tasks/live/taskFeed.ts';
import type { TaskState } from '../../../../domain/tasks/task.ts';
import { createLogger } from '../../../../platform/logger.ts';
import { waitFor } from '../../../support/waitFor.ts';

const log = createLogger({ name: 'feed', level: 'silent', format: 'json' });
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const isOver = (state: TaskState): boolean => ['done', 'failed', 'cancelled'].includes(state);

/** A table of tasks with a feed over it that reads every few milliseconds at most. */
function openFeed(rows: Map<number, TaskState>, intervalMs = 5) {
  const questions: Wanted[] = [];
  let isBroken = false;
  const read = (wanted: Wanted): Promise<LiveTask[]> => {
    questions.push(wanted);
    if (isBroken) return Promise.reject(new Error('the database is away'));
    const isWanted = ([id, state]: [number, TaskState]) =>
      wanted.taskIds.includes(id) || (wanted.open && !isOver(state)) || wanted.endedSince !== null;
    const last_update_time = '2026-01-01T00:00:00.000Z';
    return Promise.resolve(
      [...rows].filter(isWanted).map(([task_id, state]) => ({ task_id, state, last_update_time })),
    );
  };
  const feed = createTaskFeed({ read, log, intervalMs });
  const listen = (taskId: number | null, isReady = (): boolean => true, since: number | null = null) => {
    const heard: string[] = [];
    const listening = feed.listen({
      ...{ taskId, since, isReady },
      tell: ({ task_id, state }) => heard.push(`${task_id} ${state}`),
      tellGone: (id) => heard.push(`${id} gone`),
      tellReadable: (isReadable) => heard.push(isReadable ? 'readable' : 'not readable'),
    });
    stops.push(listening.stop);
    return { heard, listening };
  };
  const setBroken = (broken: boolean): void => {
    isBroken = broken;
  };
  return { feed, listen, questions, setBroken };
}

test('whoever joins hears the present state first and then every change once', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { feed, listen, questions } = openFeed(rows);
  const { heard } = listen(1);
  await waitFor('the present state', () => heard.length === 1);
  feed.changed([1]);
  await waitFor('a look that finds nothing new', () => questions.length === 2);
  rows.set(1, 'done');
  feed.changed([1]);
  await waitFor('the change', () => heard.length === 2);
  assert.deepEqual(heard, ['1 running', '1 done']);
});

test('a thousand listeners cost one question a change, and only about what they listen to', async () => {
  const rows = new Map<number, TaskState>([
    [1, 'running'],
    [2, 'running'],
  ]);
  const { feed, listen, questions } = openFeed(rows);
  const all = Array.from({ length: 1_000 }, () => listen(1).heard);
  await waitFor('all to hear the present state', () => all.every((heard) => heard.length === 1));
  const before = questions.length;
  feed.changed([2]);
  rows.set(1, 'done');
  feed.changed([1, 2]);
  await waitFor('all to hear the change', () => all.every((heard) => heard.at(-1) === '1 done'));
  const asked = questions.slice(before).filter(({ taskIds }) => taskIds.length > 0);
  assert.deepEqual(asked, [{ taskIds: [1], open: false, endedSince: null }]);
});

test('a listener to everything hears that a task has ended, and of tasks that are new', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { feed, listen } = openFeed(rows);
  const { heard } = listen(null);
  await waitFor('the open task', () => heard.includes('1 running'));
  rows.set(1, 'done').set(2, 'pending');
  feed.changed([1, 2]);
  await waitFor('the end', () => heard.includes('1 done'));
  await waitFor('the new task', () => heard.includes('2 pending'));
  assert.equal(heard.length, 3);
});

test('a task that was deleted is said to be gone, once, and one that never was to nobody else', async () => {
  const rows = new Map<number, TaskState>([[1, 'done']]);
  const { feed, listen, questions } = openFeed(rows);
  const { heard } = listen(1);
  const everything = listen(null).heard;
  await waitFor('the present state', () => heard.length === 1);
  rows.delete(1);
  feed.changed([1]);
  await waitFor('its end', () => heard.includes('1 gone'));
  const asked = questions.length;
  feed.changed(null);
  const { heard: ofNothing } = listen(4711);
  await waitFor('another look', () => questions.length > asked);
  await waitFor('the answer', () => ofNothing.length === 1);
  assert.deepEqual(heard, ['1 done', '1 gone']);
  assert.deepEqual(
    everything.filter((one) => one.endsWith('gone')),
    ['1 gone'],
  );
});

test('a listener that is behind hears only the newest state once it is ready', async () => {
  const rows = new Map<number, TaskState>([[1, 'planning']]);
  const { feed, listen, questions } = openFeed(rows);
  let isReady = true;
  const { heard, listening } = listen(1, () => isReady);
  await waitFor('the present state', () => heard.length === 1);
  isReady = false;
  for (const state of ['running', 'pausing', 'paused'] as const) {
    rows.set(1, state);
    const asked = questions.length;
    feed.changed([1]);
    await waitFor('a look', () => questions.length > asked);
  }
  isReady = true;
  listening.catchUp();
  await waitFor('the newest state', () => heard.length === 2);
  assert.deepEqual(heard, ['1 planning', '1 paused']);
});

test('whoever listens is told when changes cannot be read, and hears what was missed as soon as they can', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { feed, listen, setBroken, questions } = openFeed(rows);
  const { heard } = listen(null);
  await waitFor('the present state', () => heard.length === 1);
  setBroken(true);
  rows.set(1, 'done').set(2, 'running');
  const asked = questions.length;
  feed.changed(null);
  await waitFor('failed looks', () => questions.length > asked + 1);
  const late = listen(2);
  setBroken(false);
  await waitFor('what was missed', () => heard.length === 5 && late.heard.length === 3);
  assert.deepEqual(heard.slice(0, 2), ['1 running', 'not readable']);
  assert.deepEqual(heard.slice(2).sort(), ['1 done', '2 running', 'readable']);
  assert.equal(late.heard[0], 'not readable');
});

test('a look that had nothing to read does not say that changes can be read', async () => {
  const { feed, listen, setBroken, questions } = openFeed(new Map([[1, 'running']]), 200);
  const { heard } = listen(null);
  await waitFor('the present state', () => heard.length === 1);
  setBroken(true);
  feed.changed(null);
  await waitFor('a failed look', () => heard.includes('not readable'));
  const asked = questions.length;
  // Ready when the look is planned, and no more when it begins.
  let looks = 0;
  listen(1, () => (looks += 1) === 1);
  await waitFor('the look, and another failed one', () => looks > 1 && questions.length > asked);
  assert.deepEqual(heard, ['1 running', 'not readable']);
  setBroken(false);
  await waitFor('the end of it', () => heard.length === 3);
  assert.equal(heard[2], 'readable');
});

test('changes are read at most once an interval, however many are announced', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { feed, listen, questions } = openFeed(rows, 200);
  const { heard } = listen(1);
  await waitFor('the present state', () => heard.length === 1);
  const started = performance.now();
  const asked = questions.length;
  while (performance.now() - started < 1_000) {
    feed.changed([1]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const intervals = Math.floor((performance.now() - started) / 200);
  assert.ok(questions.length - asked <= intervals + 1, `${questions.length - asked} questions`);
});

test('whoever comes back is told what has ended since', async () => {
  const { listen, questions } = openFeed(new Map([[1, 'done']]));
  const { heard } = listen(null, undefined, 1_767_000_000_000);
  await waitFor('the end', () => heard.includes('1 done'));
  assert.equal(questions[0]?.endedSince, 1_767_000_000_000);
});

test('nobody listens, nothing is asked', async () => {
  const { feed, listen, questions } = openFeed(new Map([[1, 'running']]));
  const [one, other] = [listen(1).heard, listen(1).heard];
  await waitFor('both to hear', () => one.length === 1 && other.length === 1);
  for (const stop of stops.splice(0)) stop();
  assert.equal(feed.listeners(), 0);
  const asked = questions.length;
  feed.changed([1]);
  feed.changed(null);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(questions.length, asked);
});
