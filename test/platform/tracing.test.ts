import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from '../../extraction/remote/request.ts';
import { createGuardedRequest } from '../../platform/outgoing/guardedRequest.ts';
import { createLogger } from '../../platform/logger.ts';
import { inSpan, traceFields } from '../../platform/tracing/span.ts';
import { startTracing, type Tracing } from '../../platform/tracing/startTracing.ts';
import { startTraceReceiver, type TraceReceiver } from '../support/servers/traceReceiver.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/servers/webhookReceiver.ts';

const collectorKey = 'from-a-file';

let receiver: TraceReceiver;
let foreign: WebhookReceiver;
let tracing: Tracing | null;
before(async () => {
  receiver = await startTraceReceiver();
  foreign = await startWebhookReceiver();
  // The SDK reads its variables itself.
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  process.env['OTEL_SERVICE_NAME'] = 'named-by-its-operator';
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  const settings = {
    ...{ otelExporterOtlpEndpoint: receiver.url, otelExporterOtlpHeaders: `x-key=${collectorKey}` },
    otelSdkDisabled: false,
  };
  tracing = await startTracing({ ...settings, otelExporterOtlpTracesEndpoint: undefined }, 'test', log);
});
after(async () => {
  await foreign.close();
  await receiver.close();
});

const call = { headers: {}, signal: new AbortController().signal, timeoutMs: 5_000, mostBytes: 1_000 };

test('an extractor of ours is given the trace, a webhook of others is not; both are spans without the path', async () => {
  const client = createGuardedRequest({ hosts: ['127.0.0.1'], deadlineMs: 5_000 });
  const traceId = await inSpan('work', {}, async () => {
    await client.send({ method: 'POST', url: `${foreign.url}/secret-of-the-webhook`, body: '{}' });
    foreign.answer((res) => void res.writeHead(200).end());
    await request(new URL(`${foreign.url}/secret-of-the-extractor`), call);
    return traceFields().traceId;
  });
  client.close();
  const [webhook, extractor] = foreign.received;
  assert.equal(webhook?.headers['traceparent'], undefined);
  assert.match(
    String(extractor?.headers['traceparent']),
    new RegExp(`^00-${traceId ?? '?'}-[0-9a-f]{16}-01$`),
  );

  const failure = Object.assign(new Error('no connection for a person'), { code: '08006' });
  await assert.rejects(
    inSpan('failing', {}, () => Promise.reject(failure)),
    failure,
  );
  await inSpan('unknown', { attributes: { login: 'a person' } }, () => Promise.resolve());
  // What is still to be sent when the process ends is sent.
  await tracing?.stop();
  assert.deepEqual(
    receiver.spans.map(({ name, service, attributes }) => [name, service, attributes]),
    [
      [
        'POST',
        'named-by-its-operator',
        {
          'http.request.method': 'POST',
          'server.address': '127.0.0.1',
          'http.response.status_code': 204,
        },
      ],
      [
        'GET',
        'named-by-its-operator',
        { 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'http.response.status_code': 200 },
      ],
      ['work', 'named-by-its-operator', {}],
      ['failing', 'named-by-its-operator', { 'error.type': '08006' }],
      ['unknown', 'named-by-its-operator', {}],
    ],
  );
  assert.ok(receiver.headers.every((headers) => headers['x-key'] === collectorKey));
  for (const text of ['a person', 'secret-of']) assert.equal(receiver.hasReceived(text), false, text);
});

test('a process that is not traced loads no SDK', async () => {
  const loaded = fileURLToPath(new URL('fixtures/loadedTracing.ts', import.meta.url));
  const run = promisify(execFile);
  const listed = async (endpoint: string): Promise<string[]> =>
    JSON.parse((await run(process.execPath, [loaded, endpoint])).stdout) as string[];
  assert.deepEqual(await listed(''), ['@opentelemetry/api']);
  assert.ok((await listed('http://127.0.0.1:9')).includes('@opentelemetry/sdk-trace-node'));
});
