/** Cosines of pairs, each in ascending order. */
export interface Pairs {
  readonly same: Float64Array;
  readonly other: Float64Array;
}

export const countBelow = (values: Float64Array, limit: number): number =>
  search(values, (value) => value < limit);
export const countUpTo = (values: Float64Array, limit: number): number =>
  search(values, (value) => value <= limit);

/** How many of the first values hold, where none does after one that does not. */
function search(values: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The highest cosine that must not be accepted, so that of the others no larger a share than `rate` is: what is above
 * it may be, whatever is as high as it is not.
 */
export function highestRefused(other: Float64Array, rate: number): number {
  return other[other.length - Math.floor(other.length * rate) - 1] ?? -Infinity;
}
