import type { TrialSpeed } from '../../domain/upgrades/sampleTrial.ts';

/** The first one waits for the network to be opened. */
const warmUp = 1;
const timedAtMost = 50;
/** As many as the networks take in a batch or two, and few beside what tasks have waiting there. */
const atOnce = 16;

interface Described<Made> {
  readonly made: Made;
  readonly isDescribed: boolean;
}

/**
 * Describes each in turn, a quarter of them at the most alone, so that one can be timed, and the others several at once.
 * @returns what was made, in no order
 */
export async function describeTimed<Item, Made>(
  items: readonly Item[],
  describe: (item: Item) => Promise<Described<Made>>,
): Promise<{ made: Made[]; speed: TrialSpeed | null }> {
  const made: Made[] = [];
  const one = async (item: Item): Promise<boolean> => {
    const described = await describe(item);
    made.push(described.made);
    return described.isDescribed;
  };
  const alone = warmUp + Math.min(timedAtMost, Math.ceil(items.length / 4));
  const times: number[] = [];
  for (const [place, item] of items.slice(0, alone).entries()) {
    const beganAt = performance.now();
    if ((await one(item)) && place >= warmUp) times.push(performance.now() - beganAt);
  }
  const beganAt = performance.now();
  let together = 0;
  const rest = items.slice(alone).values();
  const lane = async (): Promise<void> => {
    for (const item of rest) if (await one(item)) together += 1;
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const seconds = (performance.now() - beganAt) / 1_000;
  times.sort((a, b) => a - b);
  const [least] = times;
  if (least === undefined) return { made, speed: null };
  return {
    made,
    speed: {
      medianMs: times[times.length >> 1] ?? least,
      p95Ms: times[Math.ceil(times.length * 0.95) - 1] ?? least,
      timed: times.length,
      samplesPerSecond: together < 2 * atOnce ? null : together / seconds,
    },
  };
}
