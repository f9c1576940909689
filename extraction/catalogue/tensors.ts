import type { TensorData } from '../extractor.ts';
import type { NetworkEntry, NetworkInput } from './schema.ts';

/** What a model file or an inference server tells of an input or output. */
export interface TensorInfo {
  readonly name: string;
  /** In ONNX Runtime's words: float32, uint8, int64. */
  readonly type: string;
  /** A name or -1 where any number goes; empty where nothing is told. */
  readonly shape: readonly (number | string)[];
}

export interface Tensors {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Name of the tensor that is fed. */
export function inputName({ name }: NetworkInput, { inputs }: Tensors): string {
  return name ?? inputs[0]?.name ?? '';
}

/** Names of what an entry is made of, in the words of the entry. */
export function outputNames({ outputs: wanted }: NetworkEntry, { outputs }: Tensors): Record<string, string> {
  if ('descriptor' in wanted) return { descriptor: wanted.descriptor.name ?? outputs[0]?.name ?? '' };
  const { age, gender, emotions } = wanted;
  return { age, gender, ...(emotions === undefined ? {} : { emotions: emotions.name }) };
}

/** Numbers of a sample in each of them, in the words of the entry. */
export function outputLengths({ outputs: wanted }: Pick<NetworkEntry, 'outputs'>): Record<string, number> {
  if ('descriptor' in wanted) return { descriptor: wanted.descriptor.length };
  const { emotions } = wanted;
  return { age: 1, gender: 1, ...(emotions === undefined ? {} : { emotions: emotions.labels.length }) };
}

export function inputShape({ layout, width, height }: NetworkInput, count: number): number[] {
  return layout === 'NCHW' ? [count, 3, height, width] : [count, height, width, 3];
}

/** Numbers of one picture. */
export const pictureSize = ({ width, height }: NetworkInput): number => width * height * 3;

export function emptyTensor(input: NetworkInput, pictures: number): TensorData {
  const length = pictures * pictureSize(input);
  return input.type === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
}

/** Samples that the model takes at once, no more and no fewer; null: any number. */
export function fixedBatch(input: NetworkInput, tensors: Tensors): number | null {
  const first = tensors.inputs.find(({ name }) => name === inputName(input, tensors))?.shape[0];
  return typeof first === 'number' && first > 0 ? first : null;
}

/** All that an entry of EXTRACTORS_FILE says otherwise than the model itself. */
export function mismatches(
  entry: NetworkEntry & { readonly input: NetworkInput },
  tensors: Tensors,
): string[] {
  return [...ofInput(entry.input, tensors), ...ofOutputs(entry, tensors)];
}

function ofInput(input: NetworkInput, tensors: Tensors): string[] {
  const { inputs } = tensors;
  const name = inputName(input, tensors);
  const found = inputs.find((one) => one.name === name);
  if (found === undefined) return [`the model has no input ${name}; its inputs: ${namesOf(inputs)}`];
  const faults: string[] = [];
  if (inputs.length > 1) faults.push(`the model requires ${inputs.length} inputs: ${namesOf(inputs)}`);
  if (found.type !== input.type) faults.push(`input ${name} is ${found.type}, not ${input.type}`);
  const expected = inputShape(input, -1);
  if (!fits(found.shape, expected)) {
    faults.push(
      `input ${name} is ${shapeText(found.shape)}, not ${shapeText(expected)}${swapped(input, found)}`,
    );
  }
  return faults;
}

/** The commonest mistake of all. */
function swapped(input: NetworkInput, { shape }: TensorInfo): string {
  const other = input.layout === 'NCHW' ? 'NHWC' : 'NCHW';
  return fits(shape, inputShape({ ...input, layout: other }, -1)) ? `: its layout is ${other}` : '';
}

function ofOutputs(entry: NetworkEntry, tensors: Tensors): string[] {
  const lengths = outputLengths(entry);
  return Object.entries(outputNames(entry, tensors)).flatMap(([part, name]) => {
    const found = tensors.outputs.find((one) => one.name === name);
    if (found === undefined) return [`output ${name} is not among the model's: ${namesOf(tensors.outputs)}`];
    if (found.type !== 'float32') return [`output ${name} is ${found.type}, not float32`];
    const length = lengthOf(found.shape);
    const expected = lengths[part];
    return length === null || length === expected
      ? []
      : [`output ${name} has ${length} numbers for a sample, not ${expected}`];
  });
}

/** Numbers for one sample; null where the model does not say. */
function lengthOf(shape: TensorInfo['shape']): number | null {
  if (shape.length === 0) return null;
  const rest = shape.slice(1).map(toSize);
  return rest.some((size) => size < 0) ? null : rest.reduce((product, size) => product * size, 1);
}

function fits(shape: TensorInfo['shape'], expected: readonly number[]): boolean {
  if (shape.length === 0) return true;
  if (shape.length !== expected.length) return false;
  return expected.every((size, place) => size < 0 || toSize(shape[place] ?? -1) < 0 || shape[place] === size);
}

const toSize = (size: number | string): number => (typeof size === 'number' ? size : -1);

/** A size that may be any is n, whatever the model calls it, unless it has a name. */
export const shapeText = (shape: readonly (number | string)[]): string =>
  `[${shape.map((size) => (size === -1 ? 'n' : size)).join(', ')}]`;

const namesOf = (tensors: readonly TensorInfo[]): string =>
  tensors.map(({ name }) => name).join(', ') || 'none';
