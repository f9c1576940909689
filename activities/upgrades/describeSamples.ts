import type { SampledObject } from '../../db/upgrades/sampledObjects.ts';
import { DomainError, type ErrorName } from '../../domain/errors.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { ExtractOutcome } from '../../domain/extract/extraction.ts';
import type { TrialReason, TrialSpeed } from '../../domain/upgrades/sampleTrial.ts';
import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../domain/upgrades/verification.ts';
import { createSampleExtraction, type SampleDeps } from '../extract/extractSample.ts';
import { describeTimed } from './trialSpeed.ts';

export interface Tried {
  readonly objects: UpgradeObjects;
  readonly object: SampledObject;
}

export type Answer = Tried & ({ readonly to: Float32Array } | { readonly failure: Failure });

export interface Failure {
  readonly reason: TrialReason;
  readonly error: ErrorName;
  readonly detail: string;
}

interface RunOptions {
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

/** After so many, with none described, the fault is the network's, and each further one may take minutes. */
const hopelessFrom = 5;

/**
 * Lets the network of the new version describe the samples. What is wrong with one is an answer.
 * @throws DomainError noExtractor when it describes none; what keeps all samples away, or all networks
 */
export async function describeSamples(
  deps: SampleDeps,
  pair: VersionPair,
  items: readonly Tried[],
  { signal, onProgress }: RunOptions,
): Promise<{ made: Answer[]; speed: TrialSpeed | null }> {
  const over = new AbortController();
  const left = AbortSignal.any([signal, over.signal]);
  const extract = createSampleExtraction(deps, contentOf(pair), left, left);
  const blamed: Failure[] = [];
  let [described, done] = [0, 0];
  const describe = async (item: Tried): Promise<{ made: Answer; isDescribed: boolean }> => {
    left.throwIfAborted();
    const { object } = item;
    const outcome = await extract({ ...object, standing: 'lacking' }).catch((error: unknown) => {
      // Of the store, or of a server elsewhere: it is away for all. What a network itself fails with has no name.
      if (left.aborted || error instanceof DomainError || !(error instanceof Error)) throw error;
      return failedBy(object.objectId, error);
    });
    onProgress((done += 1), items.length);
    if (outcome.kind === 'extracted') {
      described += 1;
      return { made: { ...item, to: outcome.descriptor }, isDescribed: true };
    }
    const failure = failureOf(object, outcome);
    if (failure.reason === 'network') blamed.push(failure);
    if (blamed.length >= hopelessFrom) refuseHopeless();
    return { made: { ...item, failure }, isDescribed: false };
  };
  const refuseHopeless = (): void => {
    const [first] = blamed;
    if (first === undefined || described > 0) return;
    throw new DomainError(
      'noExtractor',
      `the network of version ${pair.to} returns no descriptor: ${first.detail}`,
    );
  };
  try {
    const answers = await describeTimed(items, describe);
    refuseHopeless();
    return answers;
  } finally {
    // Those that still wait for an extractor are nobody's any more.
    over.abort();
  }
}

/** Whose the samples are makes no difference to a network. */
function contentOf({ kind, from, to }: VersionPair): ExtractContent {
  return {
    extraction_target: kind === 'face' ? 'face_descriptor' : 'body_descriptor',
    options: { missing: true, descriptor_version: to, default_descriptor_version: from },
    filters: { objects_type: 'events' },
    store_results: false,
  };
}

const failedBy = (objectId: string, { message }: Error): ExtractOutcome => ({
  ...{ kind: 'failed', objectId, error: 'extractorUnavailable', detail: message },
});

function failureOf({ storageKey }: SampledObject, outcome: ExtractOutcome): Failure {
  if (outcome.kind !== 'failed') throw new Error(`a sample was ${outcome.kind}`);
  const { error, detail } = outcome;
  if (error === 'sampleUnreadable') return { reason: 'unreadable', error, detail };
  if (error !== 'sampleMissing') return { reason: 'network', error, detail };
  return { reason: storageKey === null ? 'noSample' : 'fileMissing', error, detail };
}
