import type { OpenInferenceNetwork } from '../../catalogue/network.ts';
import { emptyTensor, fixedBatch, inputName, outputNames } from '../../catalogue/tensors.ts';
import type { RemoteProtocol } from '../protocol.ts';
import { RemoteTrouble } from '../trouble.ts';
import { createInfer, type RemoteModel } from './infer.ts';
import { readsBinary, readTensors } from './metadata.ts';

/**
 * KServe's Open Inference Protocol, version 2, with Triton's extension for tensors as bytes. The model's metadata are
 * compared with the entry before the first inference, and again after each that was not answered: another model may
 * stand there then.
 */
export function createOpenInference(
  entry: OpenInferenceNetwork,
  prepare: RemoteProtocol['prepare'],
  timeoutMs: number,
): RemoteProtocol {
  const infer = createInfer(entry, timeoutMs);
  const never = new AbortController().signal;
  let opening: Promise<RemoteModel> | null = null;
  let fixed: number | null = null;

  async function open(): Promise<RemoteModel> {
    const limits = { signal: never, timeoutMs };
    const tensors = await readTensors(entry, limits);
    const model = {
      input: inputName(entry.input, tensors),
      outputs: outputNames(entry, tensors),
      fixed: fixedBatch(entry.input, tensors),
    };
    ({ fixed } = model);
    return { ...model, isBinary: (await readsBinary(entry, limits)) ?? (await takesBinary(model)) };
  }

  /** Whoever wants the model while it is opened waits for the same answer; what failed is not remembered. */
  function opened(): Promise<RemoteModel> {
    if (opening !== null) return opening;
    const mine = open();
    opening = mine;
    mine.catch(() => {
      if (opening === mine) opening = null;
    });
    return mine;
  }

  /** KServe's and Intel's servers take bytes without saying so, and MLServer does not. A blank picture tells. */
  async function takesBinary(model: Omit<RemoteModel, 'isBinary'>): Promise<boolean> {
    const blank = [emptyTensor(entry.input, 1)];
    try {
      const { kind } = await infer({ ...model, isBinary: true }, blank, never);
      if (kind === 'answered') return true;
    } catch (error) {
      if (!(error instanceof RemoteTrouble)) throw error;
    }
    await infer({ ...model, isBinary: false }, blank, never);
    return false;
  }

  return {
    atOnce: () => fixed ?? entry.batch,
    // Also a wrong shape, or a model that is not there, is a 400 with most servers.
    refusesSamples: false,
    prepare,
    check: async () => {
      await opened();
    },
    ask: async (samples, signal) => {
      const model = await opened();
      if (model.fixed !== null && samples.length > model.fixed) {
        return { kind: 'refused', detail: `the model takes ${model.fixed} samples at once` };
      }
      let isAnswered = false;
      try {
        const said = await infer(model, samples, signal);
        isAnswered = said.kind === 'answered';
        return said;
      } finally {
        if (!isAnswered && !signal.aborted) opening = null;
      }
    },
  };
}
