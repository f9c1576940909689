import type { Stores } from '../../../db/stores.ts';
import type { SecretBox } from '../../../platform/crypto/secretBox.ts';
import type { Actor } from '../../../db/audit/auditStore.ts';
import type { Clock } from '../../http/instants.ts';
import { hashOfCode, newRecoveryCodes } from './recoveryCodes.ts';
import { codeIn, newTotpSecret, stepOf, totpSetUp } from './totp.ts';

interface CodesDeps {
  readonly secondFactors: Stores['secondFactors'];
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}

export type Codes = ReturnType<typeof createCodes>;

/** Codes of an authenticator app and recovery codes: set up, checked, used once. */
export function createCodes({ secondFactors, secretBox, clock }: CodesDeps) {
  /** null: there is none, or the key that it was encrypted with is not given any more. */
  const readSecret = async (accountId: string, confirmed: boolean): Promise<Buffer | null> => {
    const row = await secondFactors.totp(accountId);
    if (row?.confirmed !== confirmed) return null;
    const opened = secretBox.open(row.secret, accountId);
    if (opened !== null && !opened.isCurrent)
      await secondFactors.reseal(accountId, secretBox.seal(opened.secret, accountId));
    return opened?.secret ?? null;
  };

  return {
    /** What is to be scanned; the same until a code has confirmed it. */
    setUp: async (accountId: string, login: string) => {
      const kept = await readSecret(accountId, false);
      const secret = kept ?? newTotpSecret();
      if (kept === null) await secondFactors.propose(accountId, secretBox.seal(secret, accountId));
      return totpSetUp(secret, login);
    },

    /** Whether the first code was right; from then on codes are asked for. */
    confirm: async (accountId: string, text: string, sid: string, actor: Actor): Promise<boolean> => {
      const secret = await readSecret(accountId, false);
      const step = secret === null ? null : stepOf(secret, codeIn(text) ?? '', clock.now());
      return step !== null && secondFactors.confirm(accountId, step, sid, actor);
    },

    /** null: neither a code of now that was not used before, nor a recovery code that is left. */
    check: async (accountId: string, text: string): Promise<'code' | 'recovery code' | null> => {
      const code = codeIn(text);
      if (code === null)
        return (await secondFactors.useRecoveryCode(accountId, hashOfCode(text))) ? 'recovery code' : null;
      const secret = await readSecret(accountId, true);
      const step = secret === null ? null : stepOf(secret, code, clock.now());
      return step !== null && (await secondFactors.useStep(accountId, step)) ? 'code' : null;
    },

    /** They are nowhere else from then on. */
    renewRecoveryCodes: async (accountId: string, sid: string, actor: Actor): Promise<string[]> => {
      const codes = newRecoveryCodes();
      await secondFactors.setRecoveryCodes(accountId, codes.map(hashOfCode), sid, actor);
      return codes;
    },
  };
}
