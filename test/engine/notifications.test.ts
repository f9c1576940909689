import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createNotificationQueries } from '../../db/tasks/notificationQueries.ts';
import { freezeGcContent } from '../../domain/gc/gcContent.ts';
import { startEngine, twoGcWorkers, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import {
  openNotification,
  startWebhookReceiver,
  webhookSecret,
  type WebhookReceiver,
} from '../support/servers/webhookReceiver.ts';

let engine: Engine;
let receiver: WebhookReceiver;

before(async () => {
  receiver = await startWebhookReceiver();
  engine = await startEngine({
    workers: twoGcWorkers,
    env: { NOTIFICATION_HOSTS: 'http://127.0.0.1:*', NOTIFICATION_SECRETS: `orders=${webhookSecret}` },
  });
});
beforeEach(() => receiver.reset());
after(async () => {
  await engine.stop();
  await receiver.close();
});

async function startGc(path: string, statuses: readonly number[]): Promise<number> {
  const { accountId } = await engine.addFaces({ count: 20 });
  const content = freezeGcContent({ target: 'faces', filters: { account_id: accountId } }, new Date());
  const ref = await engine.tasks().create(
    {
      ...{ taskType: 4, content, description: null },
      notificationPolicy: { url: receiver.url + path, statuses, secret: 'orders' },
    },
    tester,
  );
  await engine.gateway().startTask(ref);
  return ref.taskId;
}

const stateOf = async (taskId: number) =>
  (await createNotificationQueries(engine.db()).page(taskId, { page: 1, pageSize: 10 })).map(
    ({ state, attempts }) => ({ state, attempts }),
  );
const delivered = (taskId: number, count: number) =>
  waitFor('the notifications to be delivered', async () => {
    const states = await stateOf(taskId);
    return states.length === count && states.every(({ state }) => state === 'delivered');
  });

test('two workers tell each status of a task once, and the last one with its books', async () => {
  const taskId = await startGc('/', [0, 1, 5]);
  await engine.ended(taskId);
  await delivered(taskId, 3);
  const told = receiver.received.map(openNotification).map(({ task }) => task);
  assert.deepEqual(told.map((task) => task.task_status).sort(), [0, 1, 5]);
  assert.equal(new Set(receiver.received.map(({ id }) => id)).size, 3);
  const end = told.find((task) => task.task_status === 5);
  assert.deepEqual([end?.task_id, end?.objects_done], [taskId, 20]);
});

test('a receiver that hangs holds up neither its task nor other receivers', async () => {
  receiver.answer((res, path) => {
    if (path !== '/hangs') res.writeHead(204).end();
  });
  const hanging = await startGc('/hangs', [0, 1, 5]);
  assert.equal((await engine.ended(hanging)).state, 'done');
  const other = await startGc('/answers', [5]);
  await engine.ended(other);
  await delivered(other, 1);
  assert.ok((await stateOf(hanging)).every(({ state }) => state === 'pending'));
});
