import { describes } from '../../../domain/extract/networks.ts';
import type { FormOptions } from '../../../views/pages/tasks/newTaskFields.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import type { NotificationPoliciesDeps } from '../../notifications/policies.ts';
import type { PageSources } from '../../html/deps.ts';

export type FormSources = NotificationPoliciesDeps &
  Pick<
    PageSources,
    'accountQueries' | 'extractors' | 'versionUse' | 'defaultFaceVersion' | 'defaultBodyVersion'
  >;

const suggestedAccounts = 50;

/** What the forms of tasks and schedules have to choose from. */
export async function formOptions(
  {
    accountQueries,
    extractors,
    versionUse,
    defaultFaceVersion,
    defaultBodyVersion,
    notificationHosts,
    notificationSecretNames,
  }: FormSources,
  kind: TaskKind,
): Promise<FormOptions> {
  const objects = kind === 'extract-faces' ? 'faces' : kind === 'extract-events' ? 'events' : null;
  const [{ accounts }, isDefaultGone] = await Promise.all([
    accountQueries.page({ page: 1, pageSize: suggestedAccounts }),
    objects !== null && versionUse.isGone({ objects, version: defaultFaceVersion, type: 'face' }),
  ]);
  return {
    accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
    versions: extractors.filter(describes),
    defaults: { face: defaultFaceVersion, body: defaultBodyVersion },
    isDefaultGone,
    secrets: notificationSecretNames,
    hosts: notificationHosts,
  };
}
