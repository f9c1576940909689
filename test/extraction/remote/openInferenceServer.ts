import assert from 'node:assert/strict';
import { after, afterEach } from 'node:test';
import { DomainError } from '../../../domain/errors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { findNetwork, isPrepared, type OpenInferenceNetwork } from '../../../extraction/catalogue/network.ts';
import { openRemote, type OpenRemoteOptions } from '../../../extraction/extractors.ts';
import { createDescriber } from '../../../extraction/onnx/describe.ts';
import { createLogger } from '../../../platform/logger.ts';
import { startInferenceServer } from '../../support/servers/inferenceServer.ts';
import { patienceMs } from '../../support/waitFor.ts';
import { makeWarps } from '../../support/warps.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

type Given = Partial<OpenRemoteOptions> & { of?: Partial<OpenInferenceNetwork> };

const bad = 999;
export const isBad = (sample: Float32Array): boolean => sample[0] === bad;

export const isError = (name: string, detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DomainError, String(error));
  assert.deepEqual([error.error, detail.test(error.detail)], [name, true], error.detail);
  return true;
};

export const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `sample ${index}`);

type Extract = (id: string, options: { index: number }) => Promise<{ descriptor?: Float32Array }>;

/** Asks for many samples at once. @returns how each ended: its descriptor's length, or its error */
export async function extractAll(extract: Extract, ids: readonly string[]) {
  const ended = await Promise.allSettled(ids.map((id, index) => extract(id, { index })));
  return ended.map((one) =>
    one.status === 'fulfilled'
      ? one.value.descriptor?.length
      : one.reason instanceof DomainError
        ? one.reason.error
        : String(one.reason),
  );
}

/** For a file of tests: network 3 behind a server of the protocol, and clients of it. */
export async function openInferenceServer() {
  const warps = await makeWarps(1);
  const server = await startInferenceServer(3, 'face');
  afterEach(() => {
    server.misbehave(() => undefined);
    server.behave({});
    server.forget();
  });
  after(() => server.stop());
  const warpOf = (index: number): Buffer => warps[index % warps.length] ?? Buffer.of();

  /** Our network 3, but on the server; a sample named `bad…` says so to the server by its first pixel. */
  function open({ of = {}, ...options }: Given = {}) {
    const kind = of.kind ?? 'face';
    const network = findNetwork(builtIn.filter(isPrepared), of.version ?? 3, kind);
    assert.ok(network !== null);
    const { model: _, sha256: __, ...rest } = network;
    const entry = {
      ...rest,
      server: { protocol: 'open-inference', url: server.url, model: 'network' },
      ...of,
    } as OpenInferenceNetwork;
    const describer = createDescriber([entry]);
    const pool: Parameters<typeof openRemote>[1] = {
      prepare: async ({ id, bytes, version }) => {
        const jpeg = typeof bytes === 'function' ? await bytes() : bytes;
        const wanted = kind === 'attributes' ? 'attributesInput' : 'descriptorInput';
        const [made] = await describer.describe({ version, kind: 'face', wanted }, [jpeg]);
        assert.ok(made !== undefined && 'input' in made);
        if (id.startsWith('bad')) made.input[0] = bad;
        return made.input;
      },
    };
    const remote = openRemote(entry, pool, {
      ...{ timeoutMs: 10 * patienceMs, concurrency: 4, retries: 2, log, restMs: 300, firstPauseMs: 5 },
      ...options,
    });
    const extract = (id = 'sample', { index = 0, signal = new AbortController().signal } = {}) =>
      remote.extract({ id, bytes: () => Promise.resolve(warpOf(index)), signal });
    return { extract, check: remote.check };
  }

  return { server, warps, warpOf, open };
}
