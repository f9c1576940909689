import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Child } from '../../commands/system/childProcess.ts';
import { createLogger } from '../../platform/logger.ts';
import { ensureWorkflowBundle } from '../../temporal/bundle.ts';
import { installRuntime } from '../../temporal/runtime.ts';
import { taskWorkflowId } from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { basic } from '../support/rows/basic.ts';
import { startCollector } from '../support/servers/collector.ts';
import {
  startTraceReceiver,
  type ReceivedSpan,
  type TraceReceiver,
} from '../support/servers/traceReceiver.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';
import { readLog, startApi } from './processes.ts';

const password = 'a password of the tests';
// A real collector between the service and the receiver: npm run test:tracing.
const collectorProgram = process.env['TEST_COLLECTOR'];

let receiver: TraceReceiver;
let collector: { readonly url: string; stop(): Promise<void> };
let engine: Engine;
let api: Child;
let login: string;
before(async () => {
  await installRuntime(createLogger({ name: 'test', level: 'silent', format: 'json' }));
  receiver = await startTraceReceiver();
  collector =
    collectorProgram === undefined
      ? { url: receiver.url, stop: () => Promise.resolve() }
      : await startCollector(collectorProgram, receiver.url);
  engine = await startEngine({
    workers: ['orchestrate,gc,extract'],
    env: {
      ...{ ADMIN_PASSWORD: password, LOG_FORMAT: 'json' },
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      // A task that the worker's reconciler starts before its request does is not in the trace of the request.
      RECONCILE_INTERVAL_MS: '600000',
    },
  });
  login = engine.running().config.adminLogin;
  api = await startApi(engine, 'api');
});
after(async () => {
  await api.stop();
  await engine.stop();
  await collector.stop();
  await receiver.close();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callersSpan = '00f067aa0ba902b7';

async function createGc(url: string, headers: Record<string, string>, userData: string, on = engine) {
  const { accountId } = await on.addFaces({ count: 50 });
  await on.db().query('update faces set user_data = $2 where account_id = $1', [accountId, userData]);
  const answer = await fetch(`${url}/4/tasks/gc`, {
    method: 'POST',
    headers: { ...basic(login, password), 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      content: { target: 'faces', filters: { account_id: accountId, user_data: userData } },
    }),
  });
  const body = (await answer.json()) as { readonly task_id: number };
  assert.equal(answer.status, 201, JSON.stringify(body));
  await on.ended(body.task_id);
  return { taskId: body.task_id, answer };
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

async function historyOf(taskId: number, on = engine): Promise<{ history: History; headers: string[] }> {
  const connection = await Connection.connect({ address: on.running().temporalAddress });
  try {
    const workflowId = taskWorkflowId(on.running().config.taskQueuePrefix, { taskId, generation: 1 });
    const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    return { history, headers: Object.keys(started?.header?.fields ?? {}) };
  } finally {
    await connection.close();
  }
}

/** All that has this span above it. */
function isBelow(span: ReceivedSpan, name: RegExp): boolean {
  if (name.test(span.name)) return true;
  const parent = receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent !== undefined && isBelow(parent, name);
}

test('a request, its statements, the workflow it starts, activities and batches are one trace', async () => {
  const userData = 'what is told about a person';
  const { taskId, answer } = await createGc(
    api.url ?? '',
    { traceparent: `00-${traceId}-${callersSpan}-01` },
    userData,
  );
  const [, ownTrace, ownSpan] = (answer.headers.get('traceresponse') ?? '').split('-');
  assert.equal(ownTrace, traceId);

  const mine = () => receiver.spans.filter((span) => span.traceId === traceId);
  // Several processes send them, and a collector may pass them on in another order.
  const awaited = [
    'POST /tasks/gc',
    'StartWorkflow:runTask',
    'batch gc',
    'RunActivity:runPart',
    'RunWorkflow:runTask',
  ];
  await waitFor('the spans of the workflow', () =>
    awaited.every((name) => mine().some((span) => span.name === name)),
  );
  const spans = mine();
  const one = (name: RegExp): ReceivedSpan =>
    spans.find((span) => name.test(span.name)) ?? assert.fail(`no span ${String(name)}`);

  const request = one(/^POST \/tasks\/gc$/);
  assert.equal(request.parentSpanId, callersSpan);
  assert.equal(request.spanId, ownSpan);
  assert.equal(request.service, 'luna-admin-api');
  assert.equal(request.attributes['http.response.status_code'], 201);
  assert.equal(request.attributes['luna.request_id'], answer.headers.get('luna-request-id'));
  const insert = spans.find(({ attributes }) =>
    String(attributes['db.query.text']).includes('insert into tasks'),
  );
  assert.ok(insert !== undefined && isBelow(insert, /^POST /), 'the task is inserted by the request');
  assert.ok(isBelow(one(/^StartWorkflow:runTask$/), /^POST /));
  assert.ok(isBelow(one(/^RunWorkflow:runTask$/), /^StartWorkflow:runTask$/));
  assert.ok(isBelow(one(/^RunActivity:loadTask$/), /^StartActivity:loadTask$/));
  const batch = one(/^batch gc$/);
  assert.ok(isBelow(batch, /^RunActivity:runPart$/) && isBelow(batch, /^RunWorkflow:runTask$/));
  assert.equal(batch.service, 'luna-admin-worker');
  assert.deepEqual(
    [batch.attributes['luna.task_id'], batch.attributes['luna.part_no'], batch.attributes['luna.objects']],
    [taskId, 1, 50],
  );
  const statement = spans.find((span) =>
    String(span.attributes['db.query.text']).includes('delete from faces'),
  );
  assert.ok(statement !== undefined && isBelow(statement, /^batch gc$/), 'the batch has its statements');

  for (const text of [userData, login, password, 'authorization', 'Basic ']) {
    assert.equal(receiver.hasReceived(text), false, `${text} is in a span`);
  }
});

test('a batch of an extract tells how long it waited for the extractors', async () => {
  const { accountId } = await engine.addFaces({ count: 6, images: await makeWarps(2) });
  const { taskId } = await engine.startExtract(accountId);
  assert.equal((await engine.ended(taskId)).done, 6);
  const isOfTask = (span: ReceivedSpan) => span.attributes['luna.task_id'] === taskId;
  const batch = await waitFor('the span of the batch', () =>
    receiver.spans.find((span) => span.name === 'batch extract' && isOfTask(span)),
  );
  const waits = receiver.spans.filter(({ name }) => name === 'wait for extractors');
  assert.ok(waits.some(({ parentSpanId }) => parentSpanId === batch.spanId));
});

test('what a client asks for, who they are and why it failed is in no span', async () => {
  const asked = `${api.url}/4/tasks?user_data=a-query-of-a-person&login=somebody`;
  assert.equal((await fetch(asked, { headers: basic('somebody@else.org', 'a wrong one') })).status, 401);
  const refused = await fetch(`${api.url}/4/tasks/not-a-number-but-a-name`, {
    headers: basic(login, password),
  });
  const [, failedTrace] = (refused.headers.get('traceresponse') ?? '').split('-');
  await waitFor('the span of the refusal', () => receiver.spans.some((span) => span.traceId === failedTrace));
  for (const text of ['a-query-of-a-person', 'somebody', 'a wrong one', 'not-a-number-but-a-name']) {
    assert.equal(receiver.hasReceived(text), false, `${text} is in a span`);
  }
});

test('lines of the log name the trace of their request', async () => {
  const answer = await fetch(`${api.url}/4/tasks`, { headers: basic(login, password) });
  const [, ownTrace] = (answer.headers.get('traceresponse') ?? '').split('-');
  const requestId = answer.headers.get('luna-request-id');
  const line = await waitFor('the line of the request', async () =>
    (await readLog(engine, 'api')).find((each) => each['requestId'] === requestId),
  );
  assert.equal(line['traceId'], ownTrace);
});

test('without a collector in the settings no answer and no workflow has anything of a trace', async () => {
  // Its own worker has no collector either: any process may start the workflow.
  const plain = await startEngine({
    workers: ['orchestrate,gc'],
    env: { ADMIN_PASSWORD: password, LOG_FORMAT: 'json' },
  });
  try {
    const server = await startApi(plain, 'api');
    try {
      const header = { traceparent: `00-${'a'.repeat(32)}-${callersSpan}-01` };
      const { taskId, answer } = await createGc(server.url ?? '', header, 'nothing', plain);
      assert.equal(answer.headers.get('traceresponse'), null);
      assert.deepEqual((await historyOf(taskId, plain)).headers, []);
      assert.ok((await readLog(plain, 'api')).every((line) => !('traceId' in line)));
    } finally {
      await server.stop();
    }
  } finally {
    await plain.stop();
  }
});

test('what was begun with tracing goes on without it', async () => {
  const { taskId } = await createGc(api.url ?? '', {}, 'something');
  const { history, headers } = await historyOf(taskId);
  assert.deepEqual(headers, ['_tracer-data']);
  const codePath = await ensureWorkflowBundle(join(engine.folder, 'cache'));
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
});

test('a collector that cannot be reached changes no answer, and the log says so once', async () => {
  const gone = await startTraceReceiver();
  await gone.close();
  const lost = await startApi(engine, 'lost', {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: gone.url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
  });
  const said = async () =>
    (await readLog(engine, 'lost')).filter(({ msg }) => String(msg).includes('cannot be exported'));
  try {
    for (let batch = 1; batch <= 3; batch++) {
      const answer = await fetch(`${lost.url}/4/tasks`, { headers: basic(login, password) });
      assert.equal(answer.status, 200);
      await waitFor('the loss to be noticed', async () => (await said()).length > 0);
    }
    assert.equal((await said()).length, 1);
  } finally {
    const stoppedAt = performance.now();
    await lost.stop();
    assert.ok(performance.now() - stoppedAt < 5_000, 'it stops without waiting for the collector');
  }
  assert.equal((await said()).length, 1);
});

test('spans that are made faster than they can be sent are counted, and the log says so once a minute', async () => {
  const hung = await startTraceReceiver({ isHung: true });
  const api = await startApi(engine, 'overflow', {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: hung.url, OTEL_BSP_MAX_QUEUE_SIZE: '20' },
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20',
  });
  const dropped = async (reason: string): Promise<number> => {
    const text = await (await fetch(`${api.url}/metrics`)).text();
    return Number(
      new RegExp(`^luna_spans_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1],
    );
  };
  try {
    assert.equal(await dropped('queue_full'), 0);
    const ask = () => fetch(`${api.url}/4/tasks`, { headers: basic(login, password) });
    await waitFor('the queue to be full for a while', async () => {
      assert.equal((await ask()).status, 200);
      return (await dropped('queue_full')) > 50;
    });
    const said = (await readLog(engine, 'overflow')).filter(({ msg }) =>
      String(msg).startsWith('spans are dropped'),
    );
    assert.equal(said.length, 1);
    assert.ok(Number(said[0]?.['dropped']) > 0);
  } finally {
    await api.stop();
    await hung.close();
  }
});
