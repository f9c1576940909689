import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FoundFace } from '../../extraction/pictures/findFaces.ts';
import { jitterSample } from '../../extraction/pictures/jitter.ts';
import type { SampleKind } from '../../extraction/pictures/storedSample.ts';

export interface WantedFace extends FoundFace {
  readonly externalId: string;
  /** The sample of this copy, made of the face's or the body's. */
  readonly copy: (sample: Buffer, kind: SampleKind) => Promise<Buffer>;
}

/** The face itself and so many copies of it; which ones, the seed says. */
export function copiesOf(
  face: FoundFace,
  { copies, seed }: { readonly copies: number; readonly seed: number },
): WantedFace[] {
  const itself = { ...face, externalId: face.name, copy: (sample: Buffer) => Promise.resolve(sample) };
  const jittered = Array.from({ length: copies }, (_, index) => {
    const externalId = `${face.name}:${seed}.${index + 1}`;
    const copy = async (sample: Buffer, kind: SampleKind) => {
      // A copy takes this process 4 ms: between two of them the extractors are given what is ready.
      await nextTurn();
      return jitterSample(sample, kind, seedOf(externalId));
    };
    return { ...face, externalId, copy };
  });
  return [itself, ...jittered];
}

const seedOf = (name: string) => createHash('sha256').update(name).digest().readInt32BE(0);
