import type { Inquired, InquiryRef, UpgradeRuns } from '../../db/upgrades/upgradeRuns.ts';
import type { StepFailure, StepReport } from '../../domain/upgrades/stepReport.ts';
import type { UpgradeRef } from '../../domain/upgrades/upgrade.ts';
import { attempt } from '../attempt.ts';
import type { createSampleTrial } from './trySamples.ts';
import type { createVerifyUpgrade } from './verifyUpgrade.ts';

export interface UpgradeDeps {
  readonly upgradeRuns: Pick<UpgradeRuns, 'advance' | 'findInquired' | 'keep'>;
  /** Starts the tasks whose turn it is. */
  readonly startNext: () => Promise<void>;
  readonly stopping: AbortSignal;
}

/** Finds something out for a step. */
type Inquire = (inquired: Inquired, signal: AbortSignal) => Promise<StepReport>;

/** The workflow's way to the rows: what comes next, and the last word of a step that found nothing out. */
export function createUpgradeActivities({ upgradeRuns, startNext }: Omit<UpgradeDeps, 'stopping'>) {
  return {
    advanceUpgrade: (ref: UpgradeRef) =>
      attempt(async () => {
        const next = await upgradeRuns.advance(ref);
        // Should their start get lost here, the reconciler makes up for it.
        if (next.kind === 'wait' && next.hasBegunTasks === true) await startNext();
        return next;
      }),

    failInquiry: ({ ref, failure }: { ref: InquiryRef; failure: StepFailure }) =>
      attempt(() => upgradeRuns.keep(ref, { failure })),
  };
}

/** One report for a step, kept before the activity ends. */
export function createInquiry({ upgradeRuns, stopping }: Omit<UpgradeDeps, 'startNext'>, inquire: Inquire) {
  return (ref: InquiryRef): Promise<void> =>
    attempt(async (context) => {
      const inquired = await upgradeRuns.findInquired(ref);
      if (inquired === null) return;
      const stop = AbortSignal.any([stopping, context.cancellationSignal]);
      await upgradeRuns.keep(ref, await inquire(inquired, stop));
    });
}

/** The new network on some samples of this installation. */
export const trialOf =
  (tryOut: ReturnType<typeof createSampleTrial>): Inquire =>
  async ({ upgrade }, signal) => ({
    trial: await tryOut(
      { ...pairOf(upgrade), objects: upgrade.objects },
      { signal, onProgress: () => undefined },
    ),
  });

/** What the extract has come to, and how the two versions tell people apart. */
export const verificationOf =
  (verify: ReturnType<typeof createVerifyUpgrade>): Inquire =>
  async ({ upgrade, taskIds }, signal) => ({
    verification: await verify({ ...pairOf(upgrade), objects: upgrade.objects, taskIds }, { signal }),
  });

const pairOf = ({ kind, fromVersion, toVersion }: Inquired['upgrade']) => ({
  ...{ kind, from: fromVersion, to: toVersion },
});
