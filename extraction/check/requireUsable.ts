import { ConfigError } from '../../platform/config.ts';
import { isLocal, sampleKindOf, type LocalNetwork, type Network } from '../catalogue/network.ts';
import { mismatches } from '../catalogue/tensors.ts';
import { emptyPixels, encodeSample } from '../pictures/samplePixels.ts';
import { sampleSizes, type SampleKind } from '../pictures/storedSample.ts';
import { readModelFacts } from './modelFacts.ts';
import { isNumbers, lengthFaults, outputsOf } from './outputFaults.ts';
import { NetworkFault, startProbe, type ProbeOptions } from './probe.ts';

/**
 * Opens each network of EXTRACTORS_FILE that has its file here, one after the other and each in a process of its own,
 * and lets it look at two pictures: half a second each, for which no task fails at its first sample.
 * @throws ConfigError with whatever is wrong with all of them
 */
export async function requireUsable(networks: readonly Network[], options: ProbeOptions = {}): Promise<void> {
  const faults: string[] = [];
  for (const network of networks.filter(isLocal)) {
    if (network.isBuiltIn) continue;
    const { kind, version, name, model } = network;
    for (const fault of await faultsOf(network, options)) {
      faults.push(`EXTRACTORS_FILE: ${kind} version ${version} (${name}), ${model}: ${fault}`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

async function faultsOf(network: LocalNetwork, options: ProbeOptions): Promise<readonly string[]> {
  try {
    await readModelFacts(network);
    const probe = startProbe(network, options);
    try {
      const { tensors } = await probe.load();
      const faults = mismatches(network, tensors);
      if (faults.length > 0) return faults;
      const { made } = await probe.run(makeTestPictures(sampleKindOf(network)));
      const found = outputsOf(made).filter((outputs) => outputs !== null);
      const lengths = found.flatMap((outputs) => lengthFaults(network, outputs));
      if (lengths.length > 0) return [...new Set(lengths)];
      return found.some(isNumbers) ? [] : ['it returns NaN for every input'];
    } finally {
      await probe.end();
    }
  } catch (error) {
    if (error instanceof NetworkFault) return [error.message];
    throw error;
  }
}

/** Two samples that show nobody: a grey one, and one whose colours rise from edge to edge. */
function makeTestPictures(kind: SampleKind): Uint8Array[] {
  const { width, height } = sampleSizes[kind];
  const grey = emptyPixels(kind).fill(128);
  const rising = emptyPixels(kind);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rising.set([255 * (x / width), 255 * (y / height), 255 * (1 - x / width)], (y * width + x) * 3);
    }
  }
  return [grey, rising].map((pixels) => encodeSample(pixels, kind, 90));
}
