import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { LocalNetwork } from '../catalogue/network.ts';
import {
  emptyTensor,
  fixedBatch,
  inputName,
  inputShape,
  pictureSize,
  type Tensors,
} from '../catalogue/tensors.ts';
import type { SampleKind } from '../pictures/storedSample.ts';
import { sha256Of } from './modelFile.ts';
import { createCropScaler } from './scaleCrop.ts';
import { openSession } from './session.ts';

/** A run's outputs by their names, a row for each sample. */
export type Outputs = Readonly<Record<string, readonly Float32Array[]>>;

export type Model = Awaited<ReturnType<typeof openModel>>;

/**
 * Opens an ONNX file with the pre-processing of its input, for up to `batch` samples at once. Whether it has what its
 * entry says, whoever opens it asks `mismatches`.
 */
export async function openModel(network: LocalNetwork, kind: SampleKind) {
  const { model: file, sha256, input, batch, threads } = network;
  if (sha256 !== undefined) await compareHash(file, sha256);
  const session = await openSession(file, { intraOpNumThreads: threads });
  const tensors = { inputs: toInfos(session.inputMetadata), outputs: toInfos(session.outputMetadata) };
  const name = inputName(input, tensors);
  const fixed = fixedBatch(input, tensors);
  const atOnce = fixed ?? batch;
  const scale = createCropScaler(input, kind);
  const size = pictureSize(input);
  const values = emptyTensor(input, Math.ceil(batch / atOnce) * atOnce);

  async function runSome(from: number, count: number, outputs: readonly string[]): Promise<Outputs> {
    const places = fixed ?? count;
    const fed = values.subarray(from * size, (from + places) * size);
    const found = await session.run({ [name]: new Tensor(input.type, fed, inputShape(input, places)) }, [
      ...outputs,
    ]);
    return Object.fromEntries(
      outputs.map((output) => [output, rowsOf(found, output, places).slice(0, count)]),
    );
  }

  return {
    tensors,
    /** Puts a sample's pixels into place `index` of the next run. */
    write: (pixels: Uint8Array, index: number): void => {
      scale(pixels, values, index);
    },
    /** Runs the first `count` places. Calls must not overlap. */
    run: async (count: number, outputs: readonly string[]): Promise<Outputs> => {
      const runs: Outputs[] = [];
      for (let from = 0; from < count; from += atOnce) {
        runs.push(await runSome(from, Math.min(atOnce, count - from), outputs));
      }
      return Object.fromEntries(outputs.map((output) => [output, runs.flatMap((run) => run[output] ?? [])]));
    },
  };
}

async function compareHash(file: string, expected: string): Promise<void> {
  const found = await sha256Of(file);
  if (found !== expected) throw new Error(`the file has a different SHA-256: ${found}`);
}

function toInfos(values: readonly InferenceSession.ValueMetadata[]): Tensors['inputs'] {
  return values.map((value) =>
    value.isTensor
      ? { name: value.name, type: value.type, shape: value.shape }
      : { name: value.name, type: 'not a tensor', shape: [] },
  );
}

function rowsOf(found: InferenceSession.ReturnType, name: string, count: number): Float32Array[] {
  const tensor = found[name];
  const data = tensor instanceof Tensor ? tensor.data : null;
  if (!(data instanceof Float32Array) || data.length % count !== 0) {
    throw new Error(`output ${name} is not float32 for ${count} samples`);
  }
  const length = data.length / count;
  return Array.from({ length: count }, (_, row) => data.subarray(row * length, (row + 1) * length));
}
