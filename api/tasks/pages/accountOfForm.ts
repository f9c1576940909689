import { DomainError } from '../../../domain/errors.ts';
import type { PageSources } from '../../html/deps.ts';
import { isUuid } from '../../html/uuidOf.ts';

type Values = Readonly<Record<string, string>>;

/** The values of a form with the id of the account in it, which may be named by its login. @throws DomainError validationFailed */
export async function withAccountId(
  { accountQueries }: Pick<PageSources, 'accountQueries'>,
  values: Values,
): Promise<Values> {
  const named = values['account_id']?.trim() ?? '';
  if (named === '' || isUuid(named)) return values;
  const accountId = await accountQueries.idOfLogin(named);
  if (accountId === null) {
    const message = 'no account has this login';
    throw new DomainError('validationFailed', { path: 'content.filters.account_id', message });
  }
  return { ...values, account_id: accountId };
}
