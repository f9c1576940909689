import type { KeyObject } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { SealStore } from '../../db/audit/sealStore.ts';
import type { Logger } from '../../platform/logger.ts';
import { signJson } from '../../platform/crypto/signingKey.ts';

export interface SealingDeps {
  readonly seals: SealStore;
  readonly signingKey: KeyObject;
  readonly log: Logger;
}

const lookEveryMs = 2_000;

/** Chains new entries of the audit some seconds after their commit, and signs the end of the chain once a day. Any number of APIs may. */
export async function runSealing(
  { seals, signingKey, log }: SealingDeps,
  stopping: AbortSignal,
): Promise<void> {
  let healthy = true;
  while (!stopping.aborted) {
    try {
      while ((await seals.seal()) > 0);
      const head = await seals.sign((unsigned) => signJson(unsigned, signingKey));
      if (head !== null) log.info({ head }, 'the head of the audit was signed');
      healthy = true;
    } catch (error) {
      // Said once per outage.
      if (healthy) log.warn({ err: error }, 'the audit cannot be sealed');
      healthy = false;
    }
    await wait(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
