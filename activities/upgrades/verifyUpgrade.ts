import type { SampledObject } from '../../db/upgrades/sampledObjects.ts';
import type { VerificationQueries } from '../../db/upgrades/verificationQueries.ts';
import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { Verification, VerificationOrder, VerifiedObjects } from '../../domain/upgrades/verification.ts';
import { comparePolitely } from './comparePolitely.ts';

export interface VerifyUpgradeDeps {
  readonly verification: Pick<VerificationQueries, 'lookAtBoth' | 'openErrors'>;
}

interface RunOptions {
  readonly signal: AbortSignal;
}

/** Half a million pairs: a second in each version. */
const sampledAtMost = 1_000;

/** Counts what an upgrade has left to do, and compares the two versions on some objects that have both. Only reads. */
export function createVerifyUpgrade({ verification }: VerifyUpgradeDeps) {
  return async (
    { kind, from, to, objects, taskIds }: VerificationOrder,
    { signal }: RunOptions,
  ): Promise<Verification> => {
    const look = async (one: UpgradeObjects): Promise<VerifiedObjects> => {
      const options = { size: sampledAtMost, signal };
      const { counts, sampled } = await verification.lookAtBoth(one, { kind, from, to }, options);
      const compared = sampled.filter(hasBoth);
      return {
        ...{ objects: one, ...counts },
        comparison: compared.length === 0 ? null : await comparePolitely(compared, signal),
      };
    };
    const looked: VerifiedObjects[] = [];
    for (const one of objects) looked.push(await look(one));
    return { kind, from, to, taskIds, objects: looked, errors: await verification.openErrors(taskIds) };
  };
}

function hasBoth<One extends Pick<SampledObject, 'from' | 'to'>>(
  one: One,
): one is One & { readonly from: Float32Array; readonly to: Float32Array } {
  return one.from !== null && one.to !== null;
}
