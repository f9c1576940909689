import type { SnakeCased } from '../../api/http/snakeCase.ts';
import type { SampleTrial } from '../../domain/upgrades/sampleTrial.ts';
import type { Verification } from '../../domain/upgrades/verification.ts';
import { oneIn, percent } from '../../views/pages/upgrades/rateWords.ts';

/** What the new network made of some samples, in a line for each kind of objects. */
export function describeTrial({ objects, speed }: SnakeCased<SampleTrial>): string[] {
  return [
    ...objects.map(
      ({ objects: what, tried, described }) => `trial: ${tried} ${what} tried, ${described} described`,
    ),
    ...(speed === null
      ? []
      : [
          `trial: ${speed.median_ms.toFixed(1)} ms a sample` +
            (speed.samples_per_second === null
              ? ''
              : `, ${speed.samples_per_second.toFixed(0)}/s with several at once`),
        ]),
  ];
}

/** Coverage, rank-1 and the threshold to set, in a line for each kind of objects. */
export function describeVerification({ objects, from, to }: SnakeCased<Verification>): string[] {
  return objects.map(({ objects: what, hold_from, hold_both, comparison }) => {
    const parts = [`${hold_both} of ${hold_from} have version ${to}`];
    const { rank_one = null, thresholds = [] } = comparison ?? {};
    if (rank_one !== null) {
      parts.push(`rank-1 ${percent(rank_one.to)} (version ${from}: ${percent(rank_one.from)})`);
    }
    const strictest = thresholds.at(-1);
    if (strictest !== undefined) {
      const { fmr, from: old, to: young } = strictest;
      parts.push(
        `threshold ${young.threshold.toFixed(3)} where it was ${old.threshold.toFixed(3)} (FMR ${oneIn(fmr)})`,
      );
    }
    return `${what}: ${parts.join('; ')}`;
  });
}
