import type { Hardness, TrialResult } from '../../domain/networks/report.ts';
import { jitterSample } from '../pictures/jitter.ts';
import type { SampleKind } from '../pictures/storedSample.ts';
import { hardenSample, hardnesses } from './hardCopy.ts';
import { labelled, type Person, type Shot } from './people.ts';
import { meanOf, pairsBetween, pairsOf, separationOf } from './separation.ts';

/** A sample of each person, and copies of it that are hard to know again. */
export interface TrialShots {
  readonly gallery: readonly Shot[];
  readonly probes: readonly (Shot & { readonly way: Hardness })[];
}

/** Of each person. */
export const trialShots = 1 + hardnesses.length;

export async function makeTrial(people: readonly Person[], kind: SampleKind): Promise<TrialShots> {
  const gallery: Shot[] = [];
  const probes: (Shot & { way: Hardness })[] = [];
  for (const [place, { identity, samples }] of people.entries()) {
    const [image] = samples;
    if (image === undefined) continue;
    gallery.push({ identity, image });
    for (const [index, way] of hardnesses.entries()) {
      const jittered = await jitterSample(image, kind, place * 1_000 + index);
      probes.push({ identity, way, image: await hardenSample(jittered, kind, way, place + index) });
    }
  }
  return { gallery, probes };
}

type Describe = (images: readonly Uint8Array[]) => Promise<(Float32Array | null)[]>;

/** Null where nothing could be told: the network answers with nothing, or there is one person alone. */
export async function runTrial(
  { gallery, probes }: TrialShots,
  describe: Describe,
): Promise<TrialResult | null> {
  const describeShots = async (shots: readonly Shot[]) =>
    labelled(shots, await describe(shots.map(({ image }) => image)));
  const known = await describeShots(gallery);
  const dPrimes: Partial<Record<Hardness, number>> = {};
  let eer = 0;
  let dPrime = 0;
  for (const way of hardnesses) {
    const hard = await describeShots(probes.filter((probe) => probe.way === way));
    const found = separationOf(pairsBetween(known, hard));
    if (found === null) return null;
    dPrimes[way] = found.dPrime;
    eer += found.eer / hardnesses.length;
    dPrime += found.dPrime / hardnesses.length;
  }
  return { meanOther: meanOf(pairsOf(known).other), eer, dPrime, dPrimes };
}

// With red and blue swapped, the built-in networks have an EER of 23.9, 6.4 and 5.8 % where it could be 16.9, 1.9 and
// 1.6, and a lower d′ in each way of being hard.
const clearly = { ofEer: 0.85, byEer: 0.01 };
/** Mean cosine of different people. Networks that work have 0.09 to 0.89, fed at the wrong scale 0.99 and more. */
export const alikeFrom = 0.97;

/** Better by more than chance among a few people: in every way of being hard, or by telling anybody apart at all. */
export function isClearlyBetter(one: TrialResult, other: TrialResult): boolean {
  const hasLowerEer = one.eer <= other.eer * clearly.ofEer && one.eer <= other.eer - clearly.byEer;
  if (other.meanOther >= alikeFrom && one.meanOther < alikeFrom) return hasLowerEer;
  return hasLowerEer && hardnesses.every((way) => (one.dPrimes[way] ?? 0) > (other.dPrimes[way] ?? 0));
}
