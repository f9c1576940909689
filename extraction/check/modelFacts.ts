import { stat } from 'node:fs/promises';
import type { ModelFacts } from '../../domain/networks/report.ts';
import type { LocalNetwork } from '../catalogue/network.ts';
import { readModelFormat, sha256Of } from '../onnx/modelFile.ts';
import { NetworkFault } from './probe.ts';

/** What a protobuf message may have. */
const mostBytes = 2 ** 31 - 1;

/** What can be told of a network's file without the runtime. @throws NetworkFault when it cannot be one */
export async function readModelFacts({ model, sha256: expected }: LocalNetwork): Promise<ModelFacts> {
  const bytes = await sizeOf(model);
  if (bytes > mostBytes) {
    throw new NetworkFault(
      `the file has ${(bytes / 1e9).toFixed(1)} GB, and an ONNX file may have 2: export it with its weights in a separate file`,
    );
  }
  const format = await readModelFormat(model).catch((error: unknown) => {
    throw new NetworkFault(messageOf(error));
  });
  const sha256 = await sha256Of(model);
  if (expected !== undefined && sha256 !== expected) {
    throw new NetworkFault(`the file does not have the SHA-256 of its entry: ${sha256}`);
  }
  return { bytes, sha256, isNamed: expected !== undefined, ...format };
}

async function sizeOf(model: string): Promise<number> {
  try {
    const found = await stat(model);
    if (!found.isFile()) throw new NetworkFault('it is not a file');
    return found.size;
  } catch (error) {
    if (error instanceof NetworkFault) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new NetworkFault(
      isMissing ? 'the file is missing' : `the file cannot be read: ${messageOf(error)}`,
    );
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
