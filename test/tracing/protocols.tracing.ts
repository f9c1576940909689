import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeAuthority } from '../support/certificates.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { startCollector } from '../support/servers/collector.ts';
import { startTraceReceiver, type TraceReceiver } from '../support/servers/traceReceiver.ts';
import { waitFor } from '../support/waitFor.ts';
import { readLog, startApi } from '../ops/processes.ts';

const program = process.env['TEST_COLLECTOR'] ?? '';

let folder: TestFolder;
let authority: Awaited<ReturnType<typeof makeAuthority>>;
let receiver: TraceReceiver;
let collector: Awaited<ReturnType<typeof startCollector>>;
let engine: Engine;
before(async () => {
  folder = await createTestFolder('protocols');
  authority = await makeAuthority(folder.path);
  receiver = await startTraceReceiver();
  collector = await startCollector(program, receiver.url, await authority.issue('collector', 'IP:127.0.0.1'));
  engine = await startEngine({ workers: [], env: { LOG_FORMAT: 'json', OTEL_BSP_SCHEDULE_DELAY: '200' } });
});
after(async () => {
  await engine.stop();
  await collector.stop();
  await receiver.close();
  await folder.remove();
});

/** An API whose traces go to the collector, and the trace of one request to it. */
async function traceOne(name: string, env: Readonly<Record<string, string>>) {
  const api = await startApi(engine, name, env);
  const answer = await fetch(`${api.url}/4/tasks`);
  const [, traceId] = (answer.headers.get('traceresponse') ?? '').split('-');
  const isReceived = () => receiver.spans.some((span) => span.traceId === traceId);
  const isLost = async () =>
    (await readLog(engine, name)).some(({ msg }) => String(msg).startsWith('spans cannot be exported'));
  const outcome = await waitFor('the spans to be received or lost', async () =>
    isReceived() ? 'received' : (await isLost()) ? 'lost' : null,
  );
  await api.stop();
  return outcome;
}

const protocols = { grpc: () => collector.grpcUrl, 'http/protobuf': () => collector.url };

for (const [protocol, url] of Object.entries(protocols)) {
  test(`a collector takes spans by ${protocol}, encrypted and compressed`, async () => {
    const settings = {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: url(), OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
      ...{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of-the-test' },
    };
    const trusting = { ...settings, OUTGOING_CA: authority.certFile };
    const name = protocol.slice(0, 4);
    assert.equal(await traceOne(`${name}-trusting`, trusting), 'received');
    assert.equal(await traceOne(`${name}-strange`, settings), 'lost', 'its authority is not known');
  });
}
