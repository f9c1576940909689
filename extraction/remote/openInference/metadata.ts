import { z } from 'zod';
import type { OpenInferenceNetwork } from '../../catalogue/network.ts';
import { mismatches, type TensorInfo, type Tensors } from '../../catalogue/tensors.ts';
import { parseJson, request, type RemoteCall } from '../request.ts';
import { RemoteTrouble, RemoteUnusable } from '../trouble.ts';
import { modelAddress, serverAddress } from './address.ts';

// Sizes are strings where 64-bit numbers went through Protocol Buffers.
const tensors = z
  .array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.coerce.number()) }))
  .nullish()
  .transform((told) => told ?? []);
const modelMetadata = z.object({ inputs: tensors, outputs: tensors });
const serverMetadata = z.object({ extensions: z.array(z.string()).nullish() });

/** Datatypes of the protocol by ONNX Runtime's words; the others are none that an entry could name. */
const types: Readonly<Record<string, string>> = { FP32: 'float32', UINT8: 'uint8' };

/**
 * What a server tells of an entry's model.
 * @throws RemoteUnusable with all that it tells otherwise than the entry, RemoteTrouble
 */
export async function readTensors(entry: OpenInferenceNetwork, limits: Limits): Promise<Tensors> {
  const told = modelMetadata.safeParse(await ask(modelAddress(entry.server), limits));
  if (!told.success) throw new RemoteTrouble('its answer is not model metadata');
  const found = {
    inputs: toInfos(told.data.inputs, [entry.input.name], entry.input.type),
    outputs: toInfos(told.data.outputs, namesOf(entry), 'float32'),
  };
  const faults = untold(found) ?? mismatches(entry, found);
  if (faults.length > 0) throw new RemoteUnusable(faults.join('; '));
  return found;
}

/** Whether a server says that it takes tensors as bytes; null: it does not say. */
export async function readsBinary(entry: OpenInferenceNetwork, limits: Limits): Promise<true | null> {
  const told = serverMetadata.safeParse(await ask(serverAddress(entry.server), limits));
  return told.success && told.data.extensions?.includes('binary_tensor_data') === true ? true : null;
}

type Limits = Pick<RemoteCall, 'signal' | 'timeoutMs'>;

async function ask(address: URL, limits: Limits): Promise<unknown> {
  const headers = { accept: 'application/json' };
  const reply = await request(address, { ...limits, headers, mostBytes: 1_000_000 });
  if (reply.kind === 'answered') return parseJson(reply.body);
  throw new RemoteTrouble(`it does not describe the model: ${reply.detail}`);
}

/** MLServer describes no tensors unless its settings do; then those of the entry are used. */
function toInfos(
  told: z.output<typeof tensors>,
  named: readonly (string | undefined)[],
  type: string,
): TensorInfo[] {
  if (told.length > 0) {
    return told.map(({ name, datatype, shape }) => ({ name, type: types[datatype] ?? datatype, shape }));
  }
  return named.flatMap((name) => (name === undefined ? [] : [{ name, type, shape: [] }]));
}

function namesOf({ outputs }: OpenInferenceNetwork): (string | undefined)[] {
  if ('descriptor' in outputs) return [outputs.descriptor.name];
  return [outputs.age, outputs.gender, outputs.emotions?.name];
}

function untold({ inputs, outputs }: Tensors): string[] | null {
  if (inputs.length > 0 && outputs.length > 0) return null;
  const missing = [
    ...(inputs.length > 0 ? [] : ['input.name']),
    ...(outputs.length > 0 ? [] : ['outputs.descriptor.name']),
  ];
  return [
    `the server does not describe its tensors: ${missing.join(' and ')} must be set in EXTRACTORS_FILE`,
  ];
}
