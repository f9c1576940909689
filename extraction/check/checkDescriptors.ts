import { histogramOf } from '../../domain/networks/histogram.ts';
import type { DescriptorsReport, Norms, Recognition, Trial } from '../../domain/networks/report.ts';
import { lengthOf, sampleKindOf, type LocalNetwork } from '../catalogue/network.ts';
import { rankOne, type Labelled } from '../rank1.ts';
import { alternativesOf } from './alternatives.ts';
import { outputsFor, toDescriptor } from './describeRaw.ts';
import { isNumbers, type RawOutputs } from './outputFaults.ts';
import { labelled, type Person, type Shot } from './people.ts';
import { NetworkFault, startProbe, type Probe, type ProbeOptions } from './probe.ts';
import { pairsOf, separationOf } from './separation.ts';
import { makeTrial, runTrial, trialShots } from './trial.ts';

export interface DescriptorsOrder extends ProbeOptions {
  readonly network: LocalNetwork;
  readonly reference: LocalNetwork | null;
  readonly people: readonly Person[];
  readonly shots: readonly Shot[];
  onProgress?(runs: number, of: number): void;
}

/** What the descriptors of known people are like; @throws NetworkFault */
export async function checkDescriptors(probe: Probe, order: DescriptorsOrder): Promise<DescriptorsReport> {
  const { network, reference, people, shots } = order;
  const kind = sampleKindOf(network);
  const alternatives = alternativesOf(network);
  const total =
    shots.length * (reference === null ? 1 : 2) + trialShots * people.length * (1 + alternatives.length);
  let done = 0;
  const count = (runs: number): void => order.onProgress?.((done += runs), total);

  const images = shots.map(({ image }) => image);
  const outputs = await outputsFor(probe, images, network.batch, count);
  const samples = labelled(shots, outputs.map(toDescriptor));
  const pairs = pairsOf(samples);

  const recognition = recognitionOf(samples);
  const trials: Trial[] = [];
  if (recognition !== null) {
    const trial = await makeTrial(people, kind);
    const describe = async (some: readonly Uint8Array[]) =>
      (await outputsFor(probe, some, network.batch, count)).map(toDescriptor);
    trials.push({ text: null, what: 'entry', result: await runTrial(trial, describe).catch(nothingOf) });
    for (const { text, what, network: other } of alternatives) {
      probe.become(other);
      trials.push({ text, what, result: await runTrial(trial, describe).catch(nothingOf) });
    }
  }
  return {
    ...{ length: lengthOf(network) ?? 0, people: people.length, samples: shots.length },
    copiedPeople: people.filter(({ samples: given }) => given.length === 1).length,
    notNumbers: outputs.filter((one) => one === null || !isNumbers(one)).length,
    zeros: outputs.filter((one) => one?.['descriptor']?.every((value) => value === 0) === true).length,
    norms: normsOf(outputs),
    recognition,
    histogram: pairs.same.length === 0 || pairs.other.length === 0 ? null : histogramOf(pairs),
    reference: reference === null ? null : await compare(reference, order, images, count),
    trials,
  };
}

async function compare(
  reference: LocalNetwork,
  order: DescriptorsOrder,
  images: readonly Uint8Array[],
  count: (runs: number) => void,
): Promise<DescriptorsReport['reference']> {
  const probe = startProbe(reference, order);
  try {
    const outputs = await outputsFor(probe, images, reference.batch, count);
    return {
      version: reference.version,
      recognition: recognitionOf(labelled(order.shots, outputs.map(toDescriptor))),
    };
  } catch (error) {
    return { version: reference.version, recognition: nothingOf(error) };
  } finally {
    await probe.end();
  }
}

/** Of what cannot be run nothing is told; anything else is a fault of ours. */
function nothingOf(error: unknown): null {
  if (error instanceof NetworkFault) return null;
  throw error;
}

function recognitionOf(samples: readonly Labelled[]): Recognition | null {
  const separation = separationOf(pairsOf(samples));
  return separation === null ? null : { ...separation, rankOne: rankOne(samples) };
}

function normsOf(outputs: readonly (RawOutputs | null)[]): Norms | null {
  const norms = outputs
    .map((one) => Math.hypot(...(one?.['descriptor'] ?? [])))
    .filter((norm) => Number.isFinite(norm))
    .sort((one, other) => one - other);
  const [min] = norms;
  if (min === undefined) return null;
  return { min, median: norms[norms.length >> 1] ?? min, max: norms.at(-1) ?? min };
}
