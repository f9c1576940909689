import type { OpenInferenceNetwork } from '../../catalogue/network.ts';
import { inputShape, outputLengths } from '../../catalogue/tensors.ts';
import type { TensorData } from '../../extractor.ts';
import { orFault, toMade } from '../../made.ts';
import type { RemoteAnswer } from '../protocol.ts';
import { request } from '../request.ts';
import { RemoteTrouble, RemoteUnusable } from '../trouble.ts';
import { modelAddress } from './address.ts';
import { decodeInfer } from './decode.ts';
import { encodeBinary, encodeJson } from './encode.ts';

/** A server's model, as it is asked. */
export interface RemoteModel {
  readonly input: string;
  /** By the words of the entry. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Samples that it takes at once, no more and no fewer. */
  readonly fixed: number | null;
  readonly isBinary: boolean;
}

export type Infer = (
  model: RemoteModel,
  samples: readonly TensorData[],
  signal: AbortSignal,
) => Promise<RemoteAnswer>;

/** One inference, of as many samples as the model takes at once or fewer. */
export function createInfer(entry: OpenInferenceNetwork, timeoutMs: number): Infer {
  const lengths = outputLengths(entry);
  const perSample = Object.values(lengths).reduce((sum, length) => sum + length, 0);
  const address = modelAddress(entry.server, 'infer');

  return async (model, samples, signal) => {
    const places = model.fixed ?? samples.length;
    const { headers, body } = (model.isBinary ? encodeBinary : encodeJson)({
      input: model.input,
      shape: inputShape(entry.input, places),
      samples,
      outputs: Object.values(model.outputs),
    });
    // A number is 4 bytes, or up to 25 characters.
    const mostBytes = 65_536 + 32 * places * perSample;
    const reply = await request(address, { headers, body, signal, timeoutMs, mostBytes });
    if (reply.kind === 'refused') return reply;
    const valuesOf = rowsOf(decodeInfer(reply.body, reply.headers), model, places);
    const made = samples.map((_, row) => orFault(() => toMade(entry, (part) => valuesOf(part, row))));
    return { kind: 'answered', made };
  };

  function rowsOf(outputs: ReadonlyMap<string, Float32Array>, model: RemoteModel, places: number) {
    const parts = Object.entries(model.outputs).map(([part, name]) => {
      const values = outputs.get(name);
      if (values === undefined) throw new RemoteTrouble(`its answer lacks output ${name}`);
      const found = values.length / places;
      if (found === lengths[part]) return [part, values] as const;
      throw new RemoteUnusable(`output ${name} has ${found} numbers for a sample, not ${lengths[part]}`);
    });
    const byPart = new Map(parts);
    return (part: string, row: number): Float32Array => {
      const length = lengths[part] ?? 0;
      return byPart.get(part)?.subarray(row * length, (row + 1) * length) ?? new Float32Array();
    };
  }
}
