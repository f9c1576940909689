export interface Labelled {
  readonly identity: string;
  /** Of Euclidean length 1. */
  readonly descriptor: Float32Array;
}

/** Share of samples, 0..1, whose nearest other sample by cosine shows the same person (leave one out). */
export function rankOne(samples: readonly Labelled[]): number {
  if (samples.length < 2) return 0;
  const hits = samples.filter((probe) => {
    let best: Labelled | undefined;
    let bestCosine = -Infinity;
    for (const other of samples) {
      if (other === probe) continue;
      const cosine = cosineOf(probe.descriptor, other.descriptor);
      if (cosine > bestCosine) {
        best = other;
        bestCosine = cosine;
      }
    }
    return best?.identity === probe.identity;
  });
  return hits.length / samples.length;
}

/** Cosine of two vectors of length 1. */
export function cosineOf(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length)
    throw new Error(`${one.length} and ${other.length} numbers cannot be compared`);
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
