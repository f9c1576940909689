import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createTaskFeed, type Listener, type LiveTask } from '../../../api/live/taskFeed.ts';
import type { TaskState } from '../../../domain/tasks/task.ts';
import { createLogger } from '../../../platform/logger.ts';
import { waitFor } from '../../support/waitFor.ts';

const log = createLogger({ name: 'feed', level: 'silent', format: 'json' });
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A table of tasks with a feed over it that asks every few milliseconds. */
function openFeed(rows: Map<number, TaskState>) {
  let questions = 0;
  const read = (ids: readonly number[], everyOpenOne: boolean): Promise<LiveTask[]> => {
    questions++;
    const isWanted = (id: number, state: TaskState) =>
      ids.includes(id) || (everyOpenOne && !['done', 'failed', 'cancelled'].includes(state));
    return Promise.resolve(
      [...rows].filter(([id, state]) => isWanted(id, state)).map(([task_id, state]) => ({ task_id, state })),
    );
  };
  const feed = createTaskFeed({ read, log, intervalMs: 5 });
  const listen = (taskId: number | null, isReady = (): boolean => true): string[] => {
    const heard: string[] = [];
    const listener: Listener = {
      taskId,
      isReady,
      tell: ({ task_id, state }) => heard.push(`${task_id} ${state}`),
      tellGone: (id) => heard.push(`${id} gone`),
    };
    stops.push(feed.listen(listener));
    return heard;
  };
  return { feed, listen, questions: () => questions };
}

test('whoever joins hears the present state first and then every change once', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { listen, questions } = openFeed(rows);
  const heard = listen(1);
  await waitFor('the present state', () => heard.length === 1);
  const asked = questions();
  await waitFor('two more questions', () => questions() > asked + 2);
  rows.set(1, 'done');
  await waitFor('the change', () => heard.length === 2);
  assert.deepEqual(heard, ['1 running', '1 done']);
});

test('a listener to everything hears that a task has ended, and of tasks that are new', async () => {
  const rows = new Map<number, TaskState>([[1, 'running']]);
  const { listen } = openFeed(rows);
  const heard = listen(null);
  await waitFor('the open task', () => heard.includes('1 running'));
  rows.set(1, 'done').set(2, 'pending');
  await waitFor('the end', () => heard.includes('1 done'));
  await waitFor('the new task', () => heard.includes('2 pending'));
  assert.equal(heard.length, 3);
});

test('a task that was deleted is said to be gone, once', async () => {
  const rows = new Map<number, TaskState>([[1, 'done']]);
  const { listen, questions } = openFeed(rows);
  const heard = listen(1);
  await waitFor('the present state', () => heard.length === 1);
  rows.delete(1);
  await waitFor('its end', () => heard.includes('1 gone'));
  const asked = questions();
  await waitFor('two more questions', () => questions() > asked + 2);
  assert.deepEqual(heard, ['1 done', '1 gone']);
});

test('a listener that is behind hears only the newest state once it is ready', async () => {
  const rows = new Map<number, TaskState>([[1, 'planning']]);
  const { listen, questions } = openFeed(rows);
  let isReady = false;
  const heard = listen(1, () => isReady);
  await waitFor('a question', () => questions() > 1);
  rows.set(1, 'running');
  isReady = true;
  await waitFor('the newest state', () => heard.length === 1);
  assert.deepEqual(heard, ['1 running']);
});

test('nobody listens, nothing is asked', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { feed, listen, questions } = openFeed(new Map([[1, 'running']]));
  const [one, other] = [listen(1), listen(1)];
  await waitFor('both to hear', () => one.length === 1 && other.length === 1);
  for (const stop of stops.splice(0)) stop();
  assert.equal(feed.listeners(), 0);
  const asked = questions();
  t.mock.timers.tick(1_000);
  assert.equal(questions(), asked);
});
