import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelAddress, serverAddress } from '../../../extraction/remote/openInference/address.ts';
import { decodeInfer } from '../../../extraction/remote/openInference/decode.ts';
import { encodeBinary, encodeJson } from '../../../extraction/remote/openInference/encode.ts';
import { readRetryAfter } from '../../../extraction/remote/retryAfter.ts';

const server = { protocol: 'open-inference', url: 'http://triton:8000', model: 'arc.face' } as const;

test('a model is asked for by its name, and by its version when one is set', () => {
  assert.equal(modelAddress(server).href, 'http://triton:8000/v2/models/arc.face');
  assert.equal(modelAddress(server, 'infer').href, 'http://triton:8000/v2/models/arc.face/infer');
  assert.equal(
    modelAddress({ ...server, modelVersion: '3' }, 'ready').href,
    'http://triton:8000/v2/models/arc.face/versions/3/ready',
  );
});

test('the address of a server may end with a slash, and have a path and a query of its own', () => {
  assert.equal(serverAddress({ url: 'http://triton:8000/' }).href, 'http://triton:8000/v2');
  assert.equal(
    serverAddress({ url: 'https://host/serving/faces/?key=1' }, 'models', 'm').href,
    'https://host/serving/faces/v2/models/m?key=1',
  );
});

const samples = [Float32Array.of(1, 2.5), Float32Array.of(-3, 4)];
const infer = { input: 'x', shape: [3, 2], samples, outputs: ['y'] };

test('tensors follow the JSON row by row, and places without a sample are zeros', () => {
  const { headers, body } = encodeBinary(infer);
  const length = Number(headers['Inference-Header-Content-Length']);
  assert.deepEqual(JSON.parse(Buffer.from(body.subarray(0, length)).toString()), {
    parameters: { binary_data_output: true },
    inputs: [{ name: 'x', shape: [3, 2], datatype: 'FP32', parameters: { binary_data_size: 24 } }],
    outputs: [{ name: 'y', parameters: { binary_data: true } }],
  });
  const bytes = Buffer.from(body.subarray(length));
  assert.deepEqual(
    [0, 4, 8, 12, 16, 20].map((at) => bytes.readFloatLE(at)),
    [1, 2.5, -3, 4, 0, 0],
  );
});

test('pixels as bytes are of the datatype UINT8', () => {
  const { headers, body } = encodeBinary({ ...infer, samples: [Uint8Array.of(7, 8)] });
  const length = Number(headers['Inference-Header-Content-Length']);
  const { inputs } = JSON.parse(Buffer.from(body.subarray(0, length)).toString()) as {
    inputs: [{ datatype: string }];
  };
  assert.equal(inputs[0].datatype, 'UINT8');
  assert.deepEqual([...body.subarray(length)], [7, 8, 0, 0, 0, 0]);
});

test('a server without the extension gets the same as JSON alone', () => {
  const { headers, body } = encodeJson(infer);
  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), {
    inputs: [{ name: 'x', shape: [3, 2], datatype: 'FP32', data: [1, 2.5, -3, 4, 0, 0] }],
    outputs: [{ name: 'y' }],
  });
});

const bytesOf = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

function answerOf(outputs: unknown, ...rest: readonly Buffer[]) {
  const json = Buffer.from(JSON.stringify({ outputs }));
  const headers = new Headers({ 'Inference-Header-Content-Length': String(json.length) });
  return { body: Buffer.concat([json, ...rest]), headers };
}

const output = (name: string, shape: readonly number[], size?: number, datatype = 'FP32') => ({
  ...{ name, shape, datatype },
  ...(size === undefined ? {} : { parameters: { binary_data_size: size } }),
});

test('outputs are read in their order, some as bytes and some as JSON', () => {
  const { body, headers } = answerOf(
    [
      output('a', [2, 1], 8),
      { ...output('b', [1, 2]), parameters: null, data: [[5, null]] },
      output('c', [1], 4),
    ],
    bytesOf(1, 2),
    bytesOf(3),
  );
  assert.deepEqual(Object.fromEntries(decodeInfer(body, headers)), {
    a: Float32Array.of(1, 2),
    b: Float32Array.of(5, NaN),
    c: Float32Array.of(3),
  });
});

test('an answer without the header is JSON as a whole', () => {
  const body = Buffer.from(JSON.stringify({ outputs: [{ ...output('a', [2]), data: [1, 2] }] }));
  assert.deepEqual(decodeInfer(body, new Headers()).get('a'), Float32Array.of(1, 2));
});

const wrong: Record<string, readonly [answer: ReturnType<typeof answerOf>, name: string, says: RegExp]> = {
  'breaks off': [answerOf([output('a', [2], 8)], bytesOf(1)), 'RemoteTrouble', /is incomplete after 4 of 8/],
  'has bytes of which it says nothing': [
    answerOf([output('a', [1], 4)], bytesOf(1, 2)),
    'RemoteTrouble',
    /4 extra bytes/,
  ],
  'has another shape than numbers': [
    answerOf([output('a', [3], 4)], bytesOf(1)),
    'RemoteTrouble',
    /its shape/,
  ],
  'has no outputs': [answerOf(undefined), 'RemoteTrouble', /has no outputs/],
  'has neither data nor bytes': [answerOf([output('a', [1])]), 'RemoteTrouble', /has no data/],
  'has numbers of half the length': [
    answerOf([output('a', [2], 4, 'FP16')], bytesOf(1)),
    'RemoteUnusable',
    /output a is FP16, not FP32/,
  ],
  'is shorter than its JSON': [
    { body: Buffer.from('{}'), headers: new Headers({ 'Inference-Header-Content-Length': '99' }) },
    'RemoteTrouble',
    /shorter than the 99 bytes/,
  ],
};
for (const [what, [{ body, headers }, name, message]] of Object.entries(wrong)) {
  test(`an answer that ${what} is not taken for one`, () => {
    assert.throws(() => decodeInfer(body, headers), { name, message });
  });
}

test('how long a server wants to be left alone is read from seconds and from a date, up to a minute', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const cases: readonly (readonly [string | null, number | null])[] = [
    [null, null],
    ['7', 7_000],
    ['0', 0],
    ['3600', 60_000],
    ['Sun, 01 Mar 2026 12:00:09 GMT', 9_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Mon, 01 Mar 2027 12:00:00 GMT', 60_000],
    ['2.5', null],
    ['soon', null],
  ];
  for (const [header, ms] of cases) assert.equal(readRetryAfter(header, now), ms, String(header));
});
