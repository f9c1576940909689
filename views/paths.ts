import type { UpgradeAction } from '../domain/upgrades/actions.ts';
import type { UpgradeStep } from '../domain/upgrades/upgrade.ts';

/** Every address of a page, of a form's target and of a document that pages link to. */
export const paths = {
  home: '/',
  login: '/login',
  logout: '/logout',
  oidc: '/login/oidc',
  oidcCallback: '/login/oidc/callback',
  oidcBackchannel: '/login/oidc/backchannel',
  oidcConnect: '/login/oidc/connect',
  oidcConfirm: '/login/oidc/confirm',
  /** Of whoever is signed in. */
  ownAccount: '/account',
  tokens: '/account/tokens',
  revokeToken: (tokenId: string) => `/account/tokens/${tokenId}/revoke`,
  revokeTokenOf: (accountId: string, tokenId: string) => `/accounts/${accountId}/tokens/${tokenId}/revoke`,
  password: '/password',
  secondStep: '/login/code',
  passkeyLogin: '/login/passkey',
  secondFactor: '/account/second-factor',
  secondFactorApp: '/account/second-factor/app',
  passkeys: '/account/second-factor/passkeys',
  recoveryCodes: '/account/second-factor/recovery-codes',
  ownSessions: '/account/sessions',
  help: '/version/view',
  apiReference: '/docs/spec',
  errorReference: '/docs/errors',
  errorCode: (code: number) => `/docs/errors#${code}`,
  searchDocuments: (query: Query = {}) => withQuery('/docs/search', query),
  manual: '/docs/dev/index.html',
  systemInfo: '/luna_sys_info',
  config: '/config',
  settings: '/settings/view',
  search: '/search/view',
  styleguide: '/styleguide',

  tasks: (query: Query = {}) => withQuery('/tasks/view', query),
  tasksCsv: (query: Query = {}) => withQuery('/tasks/csv', query),
  compare: (taskIds: readonly number[] = []) =>
    taskIds.length === 0 ? '/tasks/compare' : `/tasks/compare?tasks=${taskIds.join(',')}`,
  bulk: (query: Query = {}) => withQuery('/tasks/bulk', query),
  /** `values`: of its fields, by their names. */
  newTask: (kind?: string, values: Query = {}) => withQuery('/tasks/new', { kind, ...values }),
  task: (taskId: number, query: Query = {}) => withQuery(`/tasks/${taskId}/view`, query),
  taskAction: (taskId: number, action: TaskAction) => `/tasks/${taskId}/${action}`,
  /** `item`: what is wrong with the task. */
  acknowledge: (taskId: number, item: string) => withQuery(`/tasks/${taskId}/acknowledge`, { item }),
  unacknowledge: (taskId: number, item: string) => withQuery(`/tasks/${taskId}/unacknowledge`, { item }),
  taskEvents: (taskId: number) => `/tasks/${taskId}/events`,
  allTaskEvents: '/tasks/events',
  taskResult: (taskId: number) => `/tasks/${taskId}/result`,
  taskParts: (taskId: number) => `/tasks/${taskId}/subtasks`,
  taskErrors: (taskId: number) => `/tasks/${taskId}/errors`,
  taskJson: (taskId: number) => `/4/tasks/${taskId}`,

  startMaintenance: '/maintenance/start',
  endMaintenance: '/maintenance/end',

  errors: (query: Query = {}) => withQuery('/errors/view', query),
  retryErrors: (query: Query = {}) => withQuery('/errors/retry', query),
  errorsCsv: (query: Query = {}) => withQuery('/errors/csv', query),

  schedules: (query: Query = {}) => withQuery('/schedules/view', query),
  schedule: (scheduleId: number, query: Query = {}) => withQuery(`/schedules/${scheduleId}/view`, query),
  scheduleJson: (scheduleId: number) => `/4/tasks/schedules/${scheduleId}`,
  newSchedule: (kind?: string, values: Query = {}) => withQuery('/schedules/new', { kind, ...values }),
  changeSchedule: (scheduleId: number, values: Query = {}) =>
    withQuery(`/schedules/${scheduleId}/change`, values),
  scheduleAction: (scheduleId: number, action: ScheduleAction) => `/schedules/${scheduleId}/${action}`,

  networks: '/networks/view',
  network: (version: number) => `/networks/${version}/view`,
  checkNetwork: (version: number) => `/networks/${version}/check`,
  makeDefault: (version: number) => `/networks/${version}/default`,
  networkJson: (version: number) => `/4/networks/${version}`,

  newUpgrade: (values: Query = {}) => withQuery('/upgrades/new', values),
  upgrade: (upgradeId: number) => `/upgrades/${upgradeId}/view`,
  /** `step`: of `repeat`, where it is not the present one. */
  upgradeAction: (upgradeId: number, action: UpgradeAction, step?: UpgradeStep) =>
    `/upgrades/${upgradeId}/${action}${step === undefined ? '' : `/${step}`}`,
  upgradeJson: (upgradeId: number) => `/4/upgrades/${upgradeId}`,

  audit: (query: Query = {}) => withQuery('/audit/view', query),
  certificate: (certificateId: string) => `/certificates/${certificateId}/view`,
  certificateJson: (certificateId: string) => `/4/certificates/${certificateId}`,
  certifyTask: (taskId: number) => `/tasks/${taskId}/certify`,
  certifyObject: (kind: 'face' | 'event', objectId: string) => `/${kind}s/${objectId}/certify`,
  signingKey: '/docs/sys-info.pub',
  auditFile: (format: 'ndjson' | 'csv', query: Query = {}) => withQuery(`/audit/${format}`, query),

  accounts: (query: Query = {}) => withQuery('/accounts', query),
  newAccount: '/accounts/new',
  editAccount: (accountId: string) => `/accounts/${accountId}/edit`,
  account: (accountId: string, query: Query = {}) => withQuery(`/accounts/${accountId}`, query),
  list: (listId: string, query: Query = {}) => withQuery(`/lists/${listId}/view`, query),
  accountLists: (accountId: string, query: Query = {}) => withQuery(`/accounts/${accountId}/lists`, query),
  face: (faceId: string) => `/faces/${faceId}/view`,
  event: (eventId: string) => `/events/${eventId}/view`,
  sample: (ownerId: string, kind: 'face' | 'body') => `/samples/${ownerId}/${kind}`,
  resetPassword: (accountId: string) => `/accounts/${accountId}/reset-password`,
  removeSecondFactor: (accountId: string) => `/accounts/${accountId}/remove-second-factor`,
  disableAccount: (accountId: string) => `/accounts/${accountId}/disable`,
  enableAccount: (accountId: string) => `/accounts/${accountId}/enable`,
  accountSessions: (accountId: string) => `/accounts/${accountId}/sessions`,
  removeAccount: (accountId: string) => `/accounts/${accountId}/remove`,
} as const;

export type TaskAction =
  'cancel' | 'pause' | 'resume' | 'retry' | 'throttle' | 'undo' | 'remove' | 'approve' | 'reject';
export type ScheduleAction = 'start' | 'stop' | 'remove' | 'run' | 'approve' | 'reject';

type Query = Readonly<Record<string, string | number | undefined>>;

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
