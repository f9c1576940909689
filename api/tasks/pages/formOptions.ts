import { describes } from '../../../domain/extract/networks.ts';
import type { FormOptions } from '../../../views/pages/tasks/newTaskFields.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import type { NotificationPoliciesDeps } from '../../notifications/policies.ts';
import type { PageSources } from '../../html/deps.ts';

export type FormSources = NotificationPoliciesDeps &
  Pick<PageSources, 'accountQueries' | 'extractors' | 'versionUse' | 'defaultVersions'>;

const suggestedAccounts = 50;

/** What the forms of tasks and schedules have to choose from. */
export async function formOptions(
  {
    accountQueries,
    extractors,
    versionUse,
    defaultVersions,
    notificationHosts,
    notificationSecretNames,
  }: FormSources,
  kind: TaskKind,
): Promise<FormOptions> {
  const objects = kind === 'extract-faces' ? 'faces' : kind === 'extract-events' ? 'events' : null;
  const defaults = await defaultVersions.read();
  const [{ accounts }, isDefaultGone] = await Promise.all([
    accountQueries.page({ page: 1, pageSize: suggestedAccounts }),
    objects !== null && versionUse.isGone({ objects, version: defaults.face, type: 'face' }),
  ]);
  return {
    accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
    versions: extractors.filter(describes),
    defaults,
    isDefaultGone,
    secrets: notificationSecretNames,
    hosts: notificationHosts,
  };
}
