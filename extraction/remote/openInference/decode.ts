import { z } from 'zod';
import { parseJson } from '../request.ts';
import { RemoteTrouble, RemoteUnusable } from '../trouble.ts';
import { headerLength, sizeOf } from './encode.ts';

// KServe's own server writes null for what there is none of.
const answer = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.coerce.number().int().min(0)),
      parameters: z.object({ binary_data_size: z.int().min(0).nullish() }).nullish(),
      data: z.array(z.unknown()).nullish(),
    }),
  ),
});

type Output = z.output<typeof answer>['outputs'][number];

/**
 * The outputs of an inference by their names, each as JSON or as bytes behind it, as the server likes.
 * @throws RemoteTrouble when the answer is none, RemoteUnusable for a datatype that no entry can have
 */
export function decodeInfer(body: Buffer, headers: Headers): ReadonlyMap<string, Float32Array> {
  const length = readLength(headers.get(headerLength), body.length);
  const read = answer.safeParse(parseJson(body.subarray(0, length)));
  if (!read.success) throw new RemoteTrouble('its answer has no outputs');
  let at = length;
  const found = new Map<string, Float32Array>();
  for (const output of read.data.outputs) {
    const size = output.parameters?.binary_data_size ?? null;
    const values = size === null ? fromJson(output) : fromBytes(output, body.subarray(at, at + size), size);
    at += size ?? 0;
    if (values.length !== sizeOf(output.shape)) {
      throw new RemoteTrouble(
        `its output ${output.name} has ${values.length} numbers, which does not match its shape`,
      );
    }
    found.set(output.name, values);
  }
  if (at !== body.length) throw new RemoteTrouble(`its answer has ${body.length - at} extra bytes`);
  return found;
}

/** Without the header all of the body is JSON. */
function readLength(header: string | null, most: number): number {
  if (header === null) return most;
  const length = /^\d+$/.test(header) ? Number(header) : NaN;
  if (length <= most) return length;
  throw new RemoteTrouble(`its answer is shorter than the ${header} bytes of its JSON`);
}

function fromBytes({ name, datatype }: Output, bytes: Buffer, size: number): Float32Array {
  refuseOthers(name, datatype);
  if (bytes.length !== size || size % 4 !== 0) {
    throw new RemoteTrouble(`its output ${name} is incomplete after ${bytes.length} of ${size} bytes`);
  }
  // A copy: it begins where an array of 32-bit numbers may.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function fromJson({ name, datatype, data }: Output): Float32Array {
  refuseOthers(name, datatype);
  if (data === undefined || data === null) throw new RemoteTrouble(`its output ${name} has no data`);
  const values = data.flat(Infinity);
  // What is not a number, which JSON cannot say, is null with most.
  return Float32Array.from(values, (value) => (typeof value === 'number' ? value : NaN));
}

function refuseOthers(name: string, datatype: string): void {
  if (datatype !== 'FP32') throw new RemoteUnusable(`output ${name} is ${datatype}, not FP32`);
}
