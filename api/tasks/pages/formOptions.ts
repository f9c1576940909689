import { describes } from '../../../domain/extract/networks.ts';
import type { ConditionOffers } from '../../../views/pages/tasks/fields/conditionFields.ts';
import type { FormOptions } from '../../../views/pages/tasks/fields/newTaskFields.ts';
import type { TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import type { NotificationPoliciesDeps } from '../../notifications/policies.ts';
import type { PageSources } from '../../html/deps.ts';
import { isUuid } from '../../html/uuidOf.ts';

export type FormSources = NotificationPoliciesDeps &
  Pick<
    PageSources,
    'accountQueries' | 'listQueries' | 'networkQueries' | 'extractors' | 'versionUse' | 'defaultVersions'
  >;

const choicesAtMost = 200;
const suggestedAtMost = 2_000;
const countedTo = 1_000;

/** What the forms of tasks and schedules have to choose from. `account`: the id or login of the one that is chosen. */
export async function formOptions(
  sources: FormSources,
  kind: TaskKind,
  account: string | undefined,
): Promise<FormOptions> {
  const objects = kind === 'extract-faces' ? 'faces' : kind === 'extract-events' ? 'events' : null;
  const defaults = await sources.defaultVersions.read();
  const [conditions, isDefaultGone, stored] = await Promise.all([
    conditionOffers(sources, kind, account),
    objects !== null && sources.versionUse.isGone({ objects, version: defaults.face, type: 'face' }),
    sources.networkQueries.stored(),
  ]);
  const counted = stored.map(({ version, faces, events }) => {
    const { count, isExact: exact } =
      kind === 'gc-face-descriptors' || kind === 'extract-faces' ? faces : events;
    return { version, count, exact };
  });
  return {
    ...conditions,
    versions: sources.extractors.filter(describes),
    stored: counted.filter(({ count }) => count > 0),
    oldVersion:
      stored.find(({ version, faces }) => version < defaults.face && faces.count > 0)?.version ?? null,
    defaults,
    isDefaultGone,
    secrets: sources.notificationSecretNames,
    hosts: sources.notificationHosts,
  };
}

async function conditionOffers(
  { accountQueries, listQueries }: FormSources,
  kind: TaskKind,
  account = '',
): Promise<ConditionOffers> {
  if (kind.endsWith('descriptors') || kind === 'gc-samples')
    return { accounts: null, logins: [], lists: null };
  const accountId = account === '' || isUuid(account) ? account : await accountQueries.idOfLogin(account);
  const ofLists = accountId !== null && isUuid(accountId) && !kind.endsWith('events');
  const [accounts, lists] = await Promise.all([
    accountQueries.choices(choicesAtMost, countedTo),
    ofLists ? listQueries.choices(accountId, choicesAtMost, countedTo) : null,
  ]);
  return {
    logins: accounts === null ? await accountQueries.logins(suggestedAtMost) : [],
    accounts:
      accounts?.map((one) => ({
        ...{ account_id: one.accountId, login: one.login },
        ...{ faces: counted(one.faceCount), lists: counted(one.listCount) },
      })) ?? null,
    lists:
      lists?.map((one) => ({
        ...{ list_id: one.listId, user_data: one.userData, faces: counted(one.faceCount) },
      })) ?? null,
  };
}

function counted(count: number): { count: number; isMore: boolean } {
  return { count: Math.min(count, countedTo), isMore: count > countedTo };
}
