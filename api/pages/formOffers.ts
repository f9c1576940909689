import type { FormOffers } from '../../views/pages/tasks/newTaskFields.ts';
import type { PageSources } from './deps.ts';

export type OfferSources = Pick<
  PageSources,
  'accountLists' | 'extractors' | 'notificationHosts' | 'notificationSecretNames'
>;

const suggestedAccounts = 50;

/** What the forms of tasks and schedules have to choose from. */
export async function formOffers({
  accountLists,
  extractors,
  notificationHosts,
  notificationSecretNames,
}: OfferSources): Promise<FormOffers> {
  const { accounts } = await accountLists.page({ page: 1, pageSize: suggestedAccounts });
  return {
    accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
    versions: extractors,
    secrets: notificationSecretNames,
    hosts: notificationHosts,
  };
}
