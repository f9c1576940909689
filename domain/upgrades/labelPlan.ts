/** What is known of who the compared objects are. */
export interface LabelPlan {
  /** A number of each object's person; −1: nobody knows who it is. */
  readonly labels: Int32Array;
  /** Whether only pairs of two known people count as other people's. */
  readonly othersAreKnown: boolean;
  readonly samePairs: number;
  readonly otherPairs: number;
  /** People with two or more objects, and their objects. */
  readonly people: number;
  readonly objectsOfPeople: number;
  /** Whether there are two or more objects of the object's person. */
  hasMate(place: number): boolean;
}

/** Below, a false match rate of a hundredth would hang on fewer than ten pairs. */
const fewestKnown = 1_000;

export function planLabels(names: readonly (string | null)[]): LabelPlan {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const labels = Int32Array.from(names, (name) => {
    if (name === null) return -1;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  const known = counts.reduce((sum, count) => sum + count, 0);
  const samePairs = counts.reduce((sum, count) => sum + pairsAmong(count), 0);
  const knownOthers = pairsAmong(known) - samePairs;
  const othersAreKnown = knownOthers >= fewestKnown;
  const people = counts.filter((count) => count > 1);
  return {
    ...{ labels, othersAreKnown, samePairs },
    otherPairs: othersAreKnown ? knownOthers : pairsAmong(names.length) - samePairs,
    people: people.length,
    objectsOfPeople: people.reduce((sum, count) => sum + count, 0),
    hasMate: (place) => (counts[labels[place] ?? -1] ?? 0) > 1,
  };
}

const pairsAmong = (count: number): number => (count * (count - 1)) / 2;
