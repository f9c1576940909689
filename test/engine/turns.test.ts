import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { createApiClient } from '../../commands/cli/apiClient.ts';
import { createScheduleQueries } from '../../db/schedules/scheduleQueries.ts';
import { createScheduleStore } from '../../db/schedules/scheduleStore.ts';
import type { Child } from '../../commands/system/childProcess.ts';
import { taskWorkflowId } from '../../workflows/messages.ts';
import { startApi } from '../ops/processes.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

const password = 'a password of the tests';
const waiting = 10_000;

let engine: Engine;
let api: Child;
before(async () => {
  engine = await startEngine({
    workers: ['orchestrate,gc'],
    env: { ADMIN_PASSWORD: password, LOG_FORMAT: 'json' },
  });
  api = await startApi(engine, 'api');
});
after(async () => {
  await api.stop();
  await engine.stop();
});

test('behind 10,000 tasks an urgent one runs before most of them, and a schedule is followed', async (t) => {
  const { accountId } = await engine.addFaces({ count: 1 });
  await engine.db().query(
    `insert into tasks (task_type, content)
     select 4, jsonb_build_object('target', 'faces', 'filters', jsonb_build_object('face_ids',
       jsonb_build_array(gen_random_uuid())), 'remove_samples', false, 'store_results', false)
     from generate_series(1, $1)`,
    [waiting],
  );
  const count = async (state: string): Promise<number> => {
    const [row] = await engine
      .db()
      .query<{ count: number }>('select count(*) from tasks where state = $1', [state]);
    return row?.count ?? 0;
  };
  await waitFor('the first of them to end', async () => (await count('done')) >= 20, {
    everyMs: 200,
  });
  const login = engine.running().config.adminLogin;
  const client = createApiClient({ url: api.url ?? '', login, password });
  const content = { target: 'faces', filters: { account_id: accountId } };
  const startedAt = performance.now();
  const { task_id } = await client.post<{ task_id: number }>('/tasks/gc', { priority: 1, content });
  await engine.ended(task_id);
  t.diagnostic(`done after ${Math.round(performance.now() - startedAt)} ms`);
  assert.ok((await count('pending')) > waiting / 2);

  const scheduleId = await createScheduleStore(engine.records(), null).create(
    {
      ...{ taskType: 4, content: { target: 'faces', filters: { account_id: accountId } } },
      ...{
        cron: '0 0 1 1 *',
        timeZone: 'UTC',
        overlapPolicy: 'skip',
        catchUpWindow: '10m',
        description: null,
      },
      ...{ notificationPolicy: null, objectsPerSecond: null, errorBudget: null },
    },
    tester,
  );
  await waitFor(
    'the schedule to be followed',
    async () => (await createScheduleQueries(engine.db()).find(scheduleId))?.followed,
  );

  assert.ok((await count('pending')) > waiting / 2, 'it was not followed in its turn');

  const { temporalAddress: address, config } = engine.running();
  const connection = await Connection.connect({ address });
  const id = taskWorkflowId(config.taskQueuePrefix, { taskId: task_id, generation: 1 });
  const { events } = await new Client({ connection }).workflow.getHandle(id).fetchHistory();
  await connection.close();
  const priorities = (events ?? []).flatMap((event) => {
    const { workflowExecutionStartedEventAttributes: began, activityTaskScheduledEventAttributes: asked } =
      event;
    return began || asked ? [(began ?? asked)?.priority?.priorityKey ?? 'inherited'] : [];
  });
  assert.ok(priorities.length > 3);
  assert.equal(priorities[0], 1);
});
