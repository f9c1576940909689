import type { AuditAction } from '../../../domain/audit/actions.ts';
import { changes, type Changes } from '../../components/changes/changes.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { AuditEntryShape } from '../../shapes.ts';
import { describeContent } from '../tasks/describeContent.ts';

export interface AuditRow {
  readonly action: string;
  readonly object: string;
  /** null: it has no page, or is gone. */
  readonly objectHref: string | null;
  /** What a task or schedule was made for; null: it is something else. */
  readonly purpose: string | null;
  readonly who: string;
  /** What else they did; null for the service itself. */
  readonly whoHref: string | null;
  readonly from: string;
  readonly changes: Changes;
  readonly time: Time;
}

export const actionWords: Readonly<Record<AuditAction, string>> = {
  'task.create': 'Created',
  'task.cancel': 'Cancelled',
  'task.pause': 'Paused',
  'task.resume': 'Resumed',
  'task.retry': 'Retried',
  'task.throttle': 'Throttled',
  'task.remove': 'Deleted',
  'task.certify': 'Issued an erasure certificate of',
  'task.approve': 'Approved',
  'task.reject': 'Rejected',
  'task.expire': 'Ended the wait for an approval of',
  'task.acknowledge': 'Acknowledged',
  'task.unacknowledge': 'Withdrew the acknowledgement of',
  'schedule.create': 'Created',
  'schedule.replace': 'Replaced',
  'schedule.start': 'Started',
  'schedule.stop': 'Stopped',
  'schedule.run': 'Ran',
  'schedule.remove': 'Removed',
  'schedule.approve': 'Approved',
  'schedule.reject': 'Rejected',
  'schedule.expire': 'Ended the wait for an approval of',
  'network.check': 'Checked',
  'network.default': 'Made the default:',
  'upgrade.create': 'Began',
  'upgrade.approve': 'Approved',
  'upgrade.repeat': 'Repeated a step of',
  'upgrade.pause': 'Paused',
  'upgrade.resume': 'Resumed',
  'upgrade.roll_back': 'Rolled back',
  'maintenance.start': 'Began',
  'maintenance.note': 'Changed the note of',
  'maintenance.end': 'Ended',
  'account.create': 'Created',
  'account.change': 'Changed',
  'account.password': 'Changed the password of',
  'account.reset_password': 'Reset the password of',
  'account.end_sessions': 'Ended sessions of',
  'account.add_factor': 'Added a second factor to',
  'account.remove_factor': 'Removed a second factor of',
  'account.recovery_codes': 'Renewed the recovery codes of',
  'account.disable': 'Disabled',
  'account.enable': 'Enabled',
  'account.remove': 'Removed',
  'account.connect': 'Connected with single sign-on:',
  'token.create': 'Created',
  'token.revoke': 'Revoked',
  'audit.expire': 'Began to remove old entries of',
  'face.view': 'Looked at',
  'event.view': 'Looked at',
  'sample.view': 'Looked at pictures of',
  'result.read': 'Downloaded the result of',
  'session.login': 'Logged in',
  'session.confirm': 'Confirmed who they are',
  'session.logout': 'Logged out',
  'session.refuse': 'Was refused a log-in as',
};

export function auditRow(entry: AuditEntryShape): AuditRow {
  const isSession = entry.object_type === 'session';
  const purpose = purposeOf(entry);
  const { token, after } = splitToken(entry.after);
  return {
    action: isKnown(entry.action) ? actionWords[entry.action] : entry.action,
    object: isSession
      ? ''
      : entry.object_type === 'audit'
        ? 'the audit'
        : `${wordOf(entry)} ${loginOf(entry) ?? entry.object_id}`,
    objectHref: hrefOf(entry),
    purpose,
    who: entry.login === '' ? 'The service' : entry.login,
    whoHref: entry.login === '' ? null : paths.audit({ login: entry.login }),
    from: [entry.remote_address ?? '', token === null ? '' : `token ${token}`]
      .filter((part) => part !== '')
      .join(' · '),
    // What it was made for says more than the first of its values.
    changes: purpose === null ? changes(entry.before, after) : changes(null, after, 1),
    time: time(entry.audit_time),
  };
}

/** The token that did it says who, not what. */
function splitToken(after: object | null): { readonly token: string | null; readonly after: object | null } {
  const { by_token: by, ...rest } = (after ?? {}) as { readonly by_token?: { readonly name?: unknown } };
  if (typeof by?.name !== 'string') return { token: null, after };
  return { token: by.name, after: Object.keys(rest).length === 0 ? null : rest };
}

/** One of a later release is shown as it is. */
const isKnown = (action: string): action is AuditAction => Object.hasOwn(actionWords, action);

function purposeOf({ action, after }: AuditEntryShape): string | null {
  if (!action.endsWith('.create')) return null;
  const { task_type, content, outside_schedule } = (after ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof task_type !== 'number' || typeof content !== 'object' || content === null) return null;
  const { title } = describeContent(task_type, content);
  return outside_schedule === true ? `${title}, outside the times of its schedule` : title;
}

/** People know an account by it; the id is in the address that it leads to. */
function loginOf({ object_type, before, after }: AuditEntryShape): string | null {
  if (object_type !== 'account') return null;
  const { login } = { ...before, ...after } as { login?: unknown };
  return typeof login === 'string' ? login : null;
}

/** A network is known by its version. */
const wordOf = ({ object_type, object_id }: AuditEntryShape): string => {
  if (object_type === 'sample') return object_id.startsWith('/') ? 'page' : 'object';
  return { network: 'version', result: 'task' }[object_type] ?? object_type;
};

function hrefOf({ action, object_type, object_id }: AuditEntryShape): string | null {
  if (action.endsWith('.remove')) return null;
  if (object_type === 'task' || object_type === 'result') return paths.task(Number(object_id));
  if (object_type === 'face') return paths.face(object_id);
  if (object_type === 'event') return paths.event(object_id);
  if (object_type === 'upgrade') return paths.upgrade(Number(object_id));
  if (object_type === 'account') return paths.account(object_id);
  if (object_type === 'network') return paths.network(Number(/\d+$/.exec(object_id)?.[0]));
  return object_type === 'schedule' ? paths.schedule(Number(object_id)) : null;
}
