import { histogramOf } from '../networks/histogram.ts';
import type { Agreement, ComparedObject, Comparison } from './comparison.ts';
import { countFaults, faultOf, toRows, usualLength } from './descriptorRows.ts';
import { planLabels, type LabelPlan } from './labelPlan.ts';
import { isSamePerson, scorePairs, type Scores } from './scorePairs.ts';
import { thresholdRows } from './thresholds.ts';

/** Of how many there must be two objects, so that a share of them says something. */
const fewestPeople = 10;
/** Among fewer the most similar one is found by chance. */
const fewestObjects = 10;

/**
 * Compares two versions on the same objects: each pair once in each version, which takes about a second for a
 * thousand objects. It waits for `pause` every few milliseconds.
 */
export async function compareVersions(
  objects: readonly ComparedObject[],
  pause: () => Promise<void>,
): Promise<Comparison> {
  const length = {
    from: usualLength(objects.map((object) => object.from)),
    to: usualLength(objects.map((object) => object.to)),
  };
  const faults = objects.map(({ from, to }) => ({
    from: faultOf(from, length.from),
    to: faultOf(to, length.to),
  }));
  const usable = objects.filter((_, place) => faults[place]?.from === null && faults[place].to === null);
  const plan = planLabels(usable.map(({ label }) => label));
  const score = (version: 'from' | 'to') =>
    scorePairs(
      toRows(
        usable.map((object) => object[version]),
        length[version] ?? 0,
      ),
      plan,
      pause,
    );
  const from = await score('from');
  const to = await score('to');
  return {
    given: objects.length,
    compared: usable.length,
    unusable: {
      from: countFaults(faults.map((fault) => fault.from)),
      to: countFaults(faults.map((fault) => fault.to)),
    },
    length,
    ...{ people: plan.people, objectsOfPeople: plan.objectsOfPeople },
    pairs: { same: plan.samePairs, other: plan.otherPairs },
    others: plan.othersAreKnown ? 'known' : 'assumed',
    rankOne: plan.people < fewestPeople ? null : { from: rankOneOf(from, plan), to: rankOneOf(to, plan) },
    agreement: agreementOf(from, to, plan),
    histograms:
      plan.samePairs + plan.otherPairs === 0
        ? null
        : { from: histogramOf(from.pairs), to: histogramOf(to.pairs) },
    thresholds: thresholdRows(from.pairs, to.pairs),
  };
}

/** Share of the objects with a mate whose most similar other one, of those that somebody is known on, is one. */
function rankOneOf({ nearestKnown }: Scores, { labels, objectsOfPeople, hasMate }: LabelPlan): number {
  const hits = nearestKnown.filter((near, place) => hasMate(place) && labels[near] === labels[place]);
  return hits.length / objectsOfPeople;
}

function agreementOf(from: Scores, to: Scores, { labels }: LabelPlan): Agreement {
  const lead = deviationOf(from.pairs.other);
  if (from.nearest.length < fewestObjects) return { share: null, clear: 0, lead };
  let [clear, agreed] = [0, 0];
  for (const [place, near] of from.nearest.entries()) {
    // Where all are alike nothing leads.
    if (!((from.lead[place] ?? 0) >= Math.max(lead, Number.EPSILON))) continue;
    clear += 1;
    const found = to.nearest[place] ?? -1;
    if (found === near || isSamePerson(labels, found, near)) agreed += 1;
  }
  return { share: clear === 0 ? null : agreed / clear, clear, lead };
}

function deviationOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}
