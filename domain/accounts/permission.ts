import { taskTypes } from '../tasks/task.ts';

/** What an account of type `admin` may do here; the other types may not log in at all. */
export const roles = ['viewer', 'operator', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Each operation and each page needs one of these; docs/security.md shows the same table. */
export const permissionTable = {
  identify: { roles, meaning: 'check of the log-in, help' },
  own: { roles, meaning: 'your own account: password, sessions, tokens, log-out' },
  view: {
    roles: ['viewer', 'operator', 'admin'],
    meaning: 'tasks, errors, schedules, networks, upgrades, accounts, lists, faces and events',
  },
  results: { roles, meaning: 'tasks and their results, erasure certificates' },
  pictures: {
    roles: ['operator', 'admin'],
    meaning: 'pictures of people; viewers see them if their account allows it',
  },
  audit: { roles: ['auditor', 'admin'], meaning: 'the audit' },
  run: {
    roles: ['operator', 'admin'],
    meaning:
      'extracts: start, pause, resume, throttle, cancel, retry, schedule; pause and cancel any task; network checks, maintenance, acknowledgements, settings',
  },
  remove: {
    roles: ['admin'],
    meaning: 'removals: start, resume, throttle, retry, undo, schedule, approve; delete tasks',
  },
  administer: { roles: ['admin'], meaning: 'accounts, upgrades, the default version' },
} as const satisfies Record<string, { readonly roles: readonly Role[]; readonly meaning: string }>;

export type Permission = keyof typeof permissionTable;
export type Permissions = ReadonlySet<Permission>;

export const isPermission = (name: unknown): name is Permission =>
  typeof name === 'string' && Object.hasOwn(permissionTable, name);

/** What it takes to start, resume, throttle, retry or schedule tasks of a type; to stop one takes `run` alone. */
export function neededFor(type: number): Permission {
  return type === taskTypes.additionalExtract ? 'run' : 'remove';
}

/** Of an account's role; `seesPictures` matters for viewers alone. */
export function permissionsOf(role: Role, seesPictures: boolean): Permissions {
  const names = Object.keys(permissionTable) as Permission[];
  return new Set(
    names.filter(
      (name) =>
        (permissionTable[name].roles as readonly Role[]).includes(role) ||
        (name === 'pictures' && role === 'viewer' && seesPictures),
    ),
  );
}
