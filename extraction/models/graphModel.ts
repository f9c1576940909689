import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import { startRuntime } from './runtime.ts';

interface ModelFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { paths: string[]; weights: io.WeightsManifestEntry[] }[];
  readonly format?: string;
  readonly signature?: object;
}

/** Loads a graph model (model file and weights beside it) from disk; the library itself only fetches. */
export async function loadGraphModelFile(path: string): Promise<GraphModel> {
  await startRuntime();
  return loadGraphModel({ load: () => readModel(path) });
}

async function readModel(path: string): Promise<io.ModelArtifacts> {
  const model = JSON.parse(await readFile(path, 'utf8')) as ModelFile;
  const files = model.weightsManifest.flatMap((group) => group.paths);
  const weights = Buffer.concat(await Promise.all(files.map((file) => readFile(join(dirname(path), file)))));
  return {
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
    ...(model.signature === undefined ? {} : { signature: model.signature }),
  };
}
