import type { Account } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Config } from '../../../platform/config.ts';

export type SecondFactorRule = ReturnType<typeof createSecondFactorRule>;

/** From whom a second factor is demanded, as REQUIRE_SECOND_FACTOR says. */
export function createSecondFactorRule(demandedFrom: Config['requireSecondFactor']) {
  const isDemanded = ({ role }: Pick<Account, 'role'>): boolean =>
    demandedFrom === 'all' || (demandedFrom === 'admins' && role === 'admin');
  return {
    /** Whether the account has to set one up before anything else. */
    isMissing: (account: Account): boolean => isDemanded(account) && !account.hasSecondFactor,

    isDemanded,

    /**
     * A password alone, in JSON or a header.
     * @throws DomainError secondFactorNeeded
     */
    refusePasswordAlone: (account: Account): void => {
      if (account.hasSecondFactor || isDemanded(account))
        throw new DomainError(
          'secondFactorNeeded',
          'the password alone is not enough for this account; log in on a page, or use an API token',
        );
    },

    /** @throws DomainError secondFactorNeeded, of a session whose account has still to set one up */
    refuseMissing: (account: Account): void => {
      if (isDemanded(account) && !account.hasSecondFactor)
        throw new DomainError('secondFactorNeeded', 'set up a second factor on the page of your account');
    },
  };
}
