import type { VerificationQueries } from '../../db/upgrades/verificationQueries.ts';
import { DomainError, errorTable } from '../../domain/errors.ts';
import { abilitiesOf, type Network } from '../../domain/extract/networks.ts';
import {
  trialSizes,
  type SampleTrial,
  type TrialFailure,
  type TrialOrder,
  type TriedObjects,
} from '../../domain/upgrades/sampleTrial.ts';
import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../domain/upgrades/verification.ts';
import type { SampleDeps } from '../extract/extractSample.ts';
import { comparePolitely } from './comparePolitely.ts';
import { describeSamples, type Answer, type Tried } from './describeSamples.ts';

export interface SampleTrialDeps extends SampleDeps {
  readonly verification: Pick<VerificationQueries, 'lookAtOld'>;
  /** All that this worker has at hand. */
  readonly networks: readonly Network[];
  /** Lends the slot of a part in this process while something else is waited for. */
  readonly whileResting: <T>(kind: 'extract', wait: () => Promise<T>) => Promise<T>;
}

interface RunOptions {
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

/**
 * Lets the network of a new version describe some of the samples that are here, and writes nothing. The networks have
 * processes of their own, so it lends its slot to a part of a task, and asks for few samples at once.
 */
export function createSampleTrial(deps: SampleTrialDeps) {
  return async (order: TrialOrder, options: RunOptions): Promise<SampleTrial> => {
    requireNetwork(deps.networks, order);
    return deps.whileResting('extract', () => trySamples(deps, order, options));
  };
}

async function trySamples(
  deps: SampleTrialDeps,
  order: TrialOrder,
  options: RunOptions,
): Promise<SampleTrial> {
  const { kind, from, to, objects } = order;
  const { signal } = options;
  const pair = { kind, from, to };
  const size = Math.ceil(Math.min(order.size ?? trialSizes.usual, trialSizes.most) / objects.length);
  const looked = [];
  for (const one of objects) {
    looked.push({ objects: one, ...(await deps.verification.lookAtOld(one, pair, { size, signal })) });
  }
  const items = looked.flatMap((one) =>
    one.sampled.map((object): Tried => ({ objects: one.objects, object })),
  );
  const { made, speed } = await describeSamples(deps, pair, items, options);
  const tried: TriedObjects[] = [];
  for (const { objects: one, counts } of looked) {
    const answers = made.filter((answer) => answer.objects === one);
    tried.push(await report(one, counts.holdFrom, answers, signal));
  }
  return { ...pair, objects: tried, speed };
}

function requireNetwork(networks: readonly Network[], { kind, to }: VersionPair): void {
  if (abilitiesOf(networks, 0).hasExtractor(to, kind)) return;
  throw new DomainError(
    'noExtractor',
    `the worker that ran the trial has no network for ${kind} descriptors of version ${to}: API and workers need the same EXTRACTORS_FILE`,
  );
}

async function report(
  objects: UpgradeObjects,
  holdFrom: number,
  answers: readonly Answer[],
  signal: AbortSignal,
): Promise<TriedObjects> {
  const compared = answers.flatMap((answer) =>
    'to' in answer && answer.object.from !== null
      ? [{ label: answer.object.label, from: answer.object.from, to: answer.to }]
      : [],
  );
  const even = answers.filter(({ object }) => !object.isMate);
  const unusable = even.filter((answer) => 'failure' in answer && answer.failure.reason !== 'network').length;
  return {
    ...{ objects, holdFrom, tried: answers.length, described: compared.length },
    failures: groupFailures(answers),
    unusable: even.length === 0 ? 0 : Math.round((holdFrom * unusable) / even.length),
    comparison: compared.length === 0 ? null : await comparePolitely(compared, signal),
  };
}

function groupFailures(answers: readonly Answer[]): TrialFailure[] {
  const groups = new Map<string, TrialFailure>();
  for (const answer of answers) {
    if (!('failure' in answer)) continue;
    const { reason, error, detail } = answer.failure;
    const { code } = errorTable[error];
    const key = `${reason} ${code}`;
    const { count, example } = groups.get(key) ?? {
      count: 0,
      example: { objectId: answer.object.objectId, detail },
    };
    groups.set(key, { reason, code, count: count + 1, example });
  }
  return [...groups.values()].sort((one, other) => other.count - one.count);
}
