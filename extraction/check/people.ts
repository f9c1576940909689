import type { Labelled } from '../rank1.ts';
import { jitterSample } from '../pictures/jitter.ts';
import type { SampleKind } from '../pictures/storedSample.ts';

/** Somebody who is to be told from others, by samples as they are stored. */
export interface Person {
  readonly identity: string;
  readonly samples: readonly Uint8Array[];
}

export interface Shot {
  readonly identity: string;
  readonly image: Uint8Array;
}

/** Somebody's samples, or jittered copies where there is but one. */
export async function shotsOf(people: readonly Person[], kind: SampleKind, copies: number): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (const [place, { identity, samples }] of people.entries()) {
    const [only] = samples;
    if (samples.length > 1) {
      shots.push(...samples.map((image) => ({ identity, image })));
    } else if (only !== undefined) {
      for (let copy = 0; copy < copies; copy++) {
        shots.push({ identity, image: await jitterSample(only, kind, place * 1_000 + copy) });
      }
    }
  }
  return shots;
}

/** Whose each descriptor is; those that there is none of (null) are left out. */
export function labelled(
  shots: readonly Pick<Shot, 'identity'>[],
  descriptors: readonly (Float32Array | null)[],
): Labelled[] {
  return shots.flatMap(({ identity }, place) => {
    const descriptor = descriptors[place] ?? null;
    return descriptor === null ? [] : [{ identity, descriptor }];
  });
}
