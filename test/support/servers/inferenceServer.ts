import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Tensor } from 'onnxruntime-node';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { isLocal } from '../../../extraction/catalogue/network.ts';
import { openSession } from '../../../extraction/onnx/session.ts';
import { closeServer } from './closeServer.ts';

export type InferenceServer = Awaited<ReturnType<typeof startInferenceServer>>;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Answers in the place of the server; undefined: it answers as it should. */
export type Misbehaviour = (
  samples: readonly Float32Array[],
  good: Answer,
) => Answer | 'silent' | undefined | Promise<Answer | 'silent' | undefined>;

export interface Manners {
  /** What it says of its model instead of the truth. */
  readonly metadata?: unknown;
  /** Samples that its model takes at once. */
  readonly fixed?: number;
  /** More samples than these are refused. */
  readonly most?: number;
  /** Knows nothing of tensors as bytes, as MLServer; 'untold': takes them without saying so, as KServe's own. */
  readonly binary?: boolean | 'untold';
}

interface Inference {
  readonly shape: readonly number[];
  readonly samples: readonly Float32Array[];
  readonly outputs: readonly string[];
  readonly isBinary: boolean;
}

/**
 * An inference server of the Open Inference Protocol, with one of our networks behind it as model `network`. It can be
 * told its manners and to misbehave, be stopped, and be started again at the same address.
 */
export async function startInferenceServer(version: number, kind: 'face' | 'attributes') {
  const network = builtIn.filter(isLocal).find((one) => one.version === version && one.kind === kind);
  if (network === undefined) throw new Error(`no ${kind} ${version}`);
  const session = await openSession(network.model);
  const input = session.inputNames[0] ?? '';
  const { width, height } = network.input;
  let manners: Manners = {};
  let misbehave: Misbehaviour = () => undefined;
  let server: Server;
  let port = 0;
  let busy = 0;
  let mostBusy = 0;
  let abandoned = 0;
  const asked: { readonly path: string; readonly samples: number }[] = [];

  const metadata = () => ({
    name: 'network',
    platform: 'onnxruntime_onnx',
    inputs: [{ name: input, datatype: 'FP32', shape: [manners.fixed ?? -1, 3, height, width] }],
    outputs: session.outputMetadata.map((output) => ({
      name: output.name,
      datatype: 'FP32',
      shape: output.isTensor ? output.shape.map((size) => (typeof size === 'number' ? size : -1)) : [],
    })),
  });

  async function infer(request: IncomingMessage): Promise<Answer | 'silent'> {
    const read = readInference(await buffer(request), request.headers, manners.binary !== false);
    if (typeof read === 'string') return refusal(422, read);
    const { samples, shape, outputs, isBinary } = read;
    asked.push({ path: request.url ?? '', samples: samples.length });
    const { fixed, most } = manners;
    if (fixed !== undefined && fixed !== samples.length) return refusal(400, `${fixed} samples are wanted`);
    if (most !== undefined && samples.length > most) return refusal(400, `batch-size must be <= ${most}`);
    const values = new Float32Array(samples.flatMap((sample) => [...sample]));
    const found = await session.run({ [input]: new Tensor('float32', values, shape) }, [...outputs]);
    const tensors = outputs.map((name) => ({ name, tensor: tensorOf(found[name]) }));
    const good = isBinary ? binaryAnswer(tensors) : jsonAnswer(tensors);
    return (await misbehave(samples, good)) ?? good;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    response.once('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    busy += 1;
    mostBusy = Math.max(mostBusy, busy);
    const said = await reply();
    // Before it is sent: who gets it may ask again at once.
    busy -= 1;
    if (said === 'silent') return;
    response.writeHead(said.status, said.headers);
    response.end(said.body);

    async function reply(): Promise<Answer | 'silent'> {
      if (method === 'POST' && url === '/v2/models/network/infer') return infer(request);
      asked.push({ path: url, samples: 0 });
      if (url === '/v2') {
        const extensions = (manners.binary ?? true) === true ? ['binary_tensor_data'] : [];
        return json({ name: 'test', version: '1', extensions });
      }
      if (url === '/v2/models/network') return json(manners.metadata ?? metadata());
      if (url === '/v2/models/network/ready') return { status: 200, body: '' };
      return refusal(404, 'Request for unknown model');
    }
  }

  const start = async (): Promise<void> => {
    server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    /** Samples of each inference that it was asked for. */
    batches: () => asked.flatMap(({ samples }) => (samples === 0 ? [] : [samples])),
    mostBusy: () => mostBusy,
    /** As if nobody had asked yet. */
    forget: (): void => {
      asked.length = 0;
      mostBusy = 0;
      abandoned = 0;
    },
    /** Requests whose sender has gone away before it was answered. */
    abandoned: () => abandoned,
    metadata,
    misbehave: (how: Misbehaviour): void => {
      misbehave = how;
    },
    behave: (how: Manners): void => {
      manners = how;
    },
    start,
    stop: (): Promise<void> => closeServer(server),
  };
}

const json = (body: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const refusal = (status: number, error: string, headers = {}): Answer => ({
  ...json({ error }),
  ...{ status, headers },
});

/** Read a second time, on purpose: by the letter of the protocol, not with what has written it. */
function readInference(
  body: Buffer,
  headers: IncomingMessage['headers'],
  readsBinary: boolean,
): Inference | string {
  const length = headers['inference-header-content-length'];
  if (length !== undefined && !readsBinary) return 'Input should be a valid dictionary';
  const end = length === undefined ? body.length : Number(length);
  const {
    inputs: [input],
    outputs,
    parameters,
  } = JSON.parse(body.toString('utf8', 0, end)) as {
    inputs: [
      { shape: number[]; datatype: string; data?: number[]; parameters?: { binary_data_size: number } },
    ];
    outputs: { name: string }[];
    parameters?: { binary_data_output?: boolean };
  };
  if (input.datatype !== 'FP32') return `unexpected datatype ${input.datatype}`;
  if (length !== undefined && input.parameters?.binary_data_size !== body.length - end) {
    return 'the bytes are not as many as binary_data_size says';
  }
  const values =
    input.data === undefined
      ? new Float32Array(new Uint8Array(body.subarray(end)).buffer)
      : Float32Array.from(input.data);
  const [count = 0, ...rest] = input.shape;
  const size = rest.reduce((product, one) => product * one, 1);
  if (values.length !== count * size) return 'unexpected shape';
  return {
    shape: input.shape,
    samples: Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size)),
    outputs: outputs.map(({ name }) => name),
    isBinary: readsBinary && parameters?.binary_data_output === true,
  };
}

function tensorOf(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new Error('the network has no such output');
}

interface Named {
  readonly name: string;
  readonly tensor: Tensor;
}

function binaryAnswer(outputs: readonly Named[]): Answer {
  const bytes = outputs.map(({ tensor }) => {
    const data = tensor.data as Float32Array;
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  const header = Buffer.from(
    JSON.stringify({
      model_name: 'network',
      outputs: outputs.map(({ name, tensor: { dims } }, index) => ({
        ...{ name, datatype: 'FP32', shape: dims },
        parameters: { binary_data_size: bytes[index]?.length },
      })),
    }),
  );
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.length),
    },
    body: Buffer.concat([header, ...bytes]),
  };
}

const jsonAnswer = (outputs: readonly Named[]): Answer =>
  json({
    model_name: 'network',
    outputs: outputs.map(({ name, tensor: { dims, data } }) => ({
      ...{ name, datatype: 'FP32', shape: dims },
      data: [...(data as Float32Array)],
    })),
  });
