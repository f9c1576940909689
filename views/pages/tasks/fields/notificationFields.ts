import {
  checksField,
  selectField,
  textField,
  type FieldGroup,
  type Typed,
} from '../../../components/field/field.ts';

export interface NotificationOffers {
  /** Names of the secrets that may sign. */
  readonly secrets: readonly string[];
  /** Whom the settings allow to be told. */
  readonly hosts: readonly string[];
}

/** The contract's task_status; the ends are told unless somebody says otherwise. */
export const toldStatuses = [
  { status: 0, label: 'Pending', isEnd: false },
  { status: 1, label: 'In progress', isEnd: false },
  { status: 4, label: 'Collecting results', isEnd: false },
  { status: 5, label: 'Done', isEnd: true },
  { status: 3, label: 'Failed', isEnd: true },
  { status: 2, label: 'Cancelled', isEnd: true },
] as const;

/** The name of a status's box. */
export function statusBox(status: number): string {
  return `status_${status}`;
}

/** Who is notified when a task reaches a status. */
export function notificationFields(typed: Typed, { secrets, hosts }: NotificationOffers): FieldGroup {
  const { secret = '' } = typed.values;
  const title = 'Notification';
  if ((secrets.length === 0 || hosts.length === 0) && secret === '') {
    const hint = 'Webhooks are off. Set NOTIFICATION_HOSTS and NOTIFICATION_SECRETS to enable them.';
    return { title, hint, fields: [] };
  }
  const known = secrets.includes(secret) || secret === '' ? secrets : [...secrets, secret];
  return {
    title,
    hint: 'Sends a signed POST when the task reaches one of the statuses.',
    fields: [
      textField(typed, 'url', 'Webhook URL', {
        maxlength: 2048,
        hint: `On one of these hosts: ${hosts.join(', ')}. Empty: no webhook.`,
      }),
      selectField(typed, 'secret', 'Signing secret', {
        options: known.map((name) => ({
          value: name,
          text: secrets.includes(name) ? name : `${name} (no longer set)`,
        })),
        initial: secrets[0] ?? '',
      }),
      checksField(
        typed,
        'statuses',
        'Notify when the task is',
        toldStatuses.map(({ status, label, isEnd }) => ({
          ...{ name: statusBox(status), label, initial: isEnd },
        })),
      ),
    ],
  };
}
