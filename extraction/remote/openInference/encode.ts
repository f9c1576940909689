import type { TensorData } from '../../extractor.ts';

export interface InferRequest {
  readonly input: string;
  readonly shape: readonly number[];
  /** Of one sample each; what is missing to the shape is filled with zeros. */
  readonly samples: readonly TensorData[];
  readonly outputs: readonly string[];
}

export interface EncodedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Length of the JSON before the tensors, in requests and answers. */
export const headerLength = 'Inference-Header-Content-Length';

/** Tensors as bytes behind the JSON: row after row, little-endian, which all machines are that Node runs on here. */
export function encodeBinary({ input, shape, samples, outputs }: InferRequest): EncodedRequest {
  const values = sizeOf(shape);
  const bytes = values * (samples[0]?.BYTES_PER_ELEMENT ?? 1);
  const header = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [
        { name: input, shape, datatype: datatypeOf(samples), parameters: { binary_data_size: bytes } },
      ],
      outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    }),
  );
  const body = Buffer.alloc(header.length + bytes);
  body.set(header);
  let at = header.length;
  for (const { buffer, byteOffset, byteLength } of samples) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return {
    headers: { 'content-type': 'application/octet-stream', [headerLength]: String(header.length) },
    body,
  };
}

/** For servers without the extension. Some ten times as long, and slower to write and read. */
export function encodeJson({ input, shape, samples, outputs }: InferRequest): EncodedRequest {
  const data = samples.flatMap((values) => Array.from<number>(values));
  const zeros = new Array<number>(sizeOf(shape) - data.length).fill(0);
  const body = {
    inputs: [{ name: input, shape, datatype: datatypeOf(samples), data: [...data, ...zeros] }],
    outputs: outputs.map((name) => ({ name })),
  };
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

const datatypeOf = ([first]: readonly TensorData[]): string =>
  first instanceof Float32Array ? 'FP32' : 'UINT8';
