import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface OneTimePasswordPage {
  readonly head: PageHead;
  readonly login: string;
  readonly password: string;
  readonly account: string;
}

/** The only place where a password that was reset is shown. */
export function oneTimePasswordPage({
  accountId,
  login,
  password,
}: {
  readonly accountId: string;
  readonly login: string;
  readonly password: string;
}): OneTimePasswordPage {
  return {
    head: { title: 'New password', section: 'accounts' },
    login,
    password,
    account: paths.account(accountId),
  };
}
