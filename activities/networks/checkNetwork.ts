import type { NetworkCheckRuns } from '../../db/networks/networkCheckRuns.ts';
import { DomainError } from '../../domain/errors.ts';
import { mostAttempts, type CheckFailure, type NetworkCheckRef } from '../../domain/networks/check.ts';
import type { NetworkReport } from '../../domain/networks/report.ts';
import { attempt } from '../attempt.ts';

interface RunOptions {
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

export interface NetworkCheckDeps {
  readonly networkChecks: Pick<NetworkCheckRuns, 'begin' | 'giveBack' | 'progress' | 'finish' | 'fail'>;
  /** Checks every network of a version that has its file here. @throws DomainError when there is none */
  readonly runCheck: (version: number, options: RunOptions) => Promise<readonly NetworkReport[]>;
  /** Lends the slot of a part in this process while something else is waited for. */
  readonly whileResting: <T>(kind: 'extract', wait: () => Promise<T>) => Promise<T>;
  readonly stopping: AbortSignal;
}

const tellEveryMs = 2_000;

/**
 * Checks the networks of a version and writes the report into the check's row. The check has processes of its own, so
 * it lends its slot to a part of a task; checks of several versions come one after the other in a process, whose
 * memory they would else take all at once. What goes wrong is tried again, as often as the row has attempts left.
 */
export function createNetworkCheck(deps: NetworkCheckDeps) {
  const { networkChecks } = deps;
  let last: Promise<unknown> = Promise.resolve();

  const run = async ({ checkId, version }: NetworkCheckRef, stop: AbortSignal): Promise<void> => {
    stop.throwIfAborted();
    const attempts = await networkChecks.begin(checkId);
    if (attempts === null) return;
    if (attempts > mostAttempts) throw spent('the worker that ran it was lost');
    const tell = (done: number, of: number): void => {
      // Only shown; the report is what counts.
      networkChecks.progress(checkId, done, of).catch(() => undefined);
    };
    const reports = await deps
      .runCheck(version, { signal: stop, onProgress: atMostEvery(tellEveryMs, tell) })
      .catch((error: unknown) => {
        if (stop.aborted || error instanceof DomainError || attempts < mostAttempts) throw error;
        throw spent(error instanceof Error ? error.message : String(error));
      });
    await networkChecks.finish(checkId, reports);
  };

  return (ref: NetworkCheckRef): Promise<void> =>
    attempt(async (context) => {
      const stop = AbortSignal.any([deps.stopping, context.cancellationSignal]);
      const turn = last.then(() => run(ref, stop));
      last = turn.catch(() => undefined);
      try {
        await deps.whileResting('extract', () => turn);
      } catch (error) {
        if (stop.aborted) await networkChecks.giveBack(ref.checkId);
        throw error;
      }
    });
}

const spent = (reason: string): DomainError =>
  new DomainError('checkFailed', `it was started ${mostAttempts} times and did not finish: ${reason}`);

/** The last word of a check that came to no report. */
export function createNetworkCheckFailure({ networkChecks }: Pick<NetworkCheckDeps, 'networkChecks'>) {
  return ({ checkId, failure }: { checkId: number; failure: CheckFailure }): Promise<void> =>
    attempt(() => networkChecks.fail(checkId, failure));
}

function atMostEvery(ms: number, tell: (done: number, of: number) => void): typeof tell {
  let toldAt = -Infinity;
  return (done, of) => {
    if (performance.now() - toldAt < ms) return;
    toldAt = performance.now();
    tell(done, of);
  };
}
