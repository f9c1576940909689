/** An operation of the reference manual 5.2.7, by the section and the name that it has there. */
export interface ManualOperation {
  readonly section: string;
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in the OpenAPI document; views are not part of it. */
  readonly path: string;
  readonly query?: readonly string[];
  readonly requiredQuery?: readonly string[];
  /** Whether the manual lists Authorization and Exclude-Header. */
  readonly isPublic?: true;
  /** Fields of the request's body. */
  readonly body?: readonly string[];
  /** Media types of the answer. */
  readonly types: readonly string[];
  /** Fields of the sample that the manual prints; none for `{}` and for text. */
  readonly fields?: readonly string[];
  readonly status: number;
}

const json = ['application/json'];
const html = ['text/html'];
const paging = ['page', 'page_size'];
const taskFilters = [
  ...['task_ids', 'create_time__lt', 'create_time__gte', 'end_time__lt', 'end_time__gte'],
  ...['task_type', 'task_status'],
];
const oneTasksErrors = ['error_time__lt', 'error_time__gte', 'error_code'];
const errorFilters = ['task_ids', 'error_ids', 'task_type', ...oneTasksErrors];
const accountBody = ['account_type', 'login', 'password', 'description'];
const accountFields = ['info', 'stats'];

const view = (name: string, path: string, isPublic?: true): ManualOperation => ({
  ...{ section: 'views', name, method: 'GET', path, types: html, status: 200 },
  ...(isPublic && { isPublic }),
});
const get = (
  section: string,
  name: string,
  path: string,
  more: Partial<ManualOperation>,
): ManualOperation => ({
  ...{ section, name, method: 'GET', path, types: json, status: 200 },
  ...more,
});

/** All forty: seven views and thirty-three JSON operations. */
export const manualOperations: readonly ManualOperation[] = [
  view('get account info tables (home)', '/'),
  view('view version', '/version/view'),
  view('log in', '/login', true),
  view('get account info tables', '/accounts'),
  view('get account info by id', '/accounts/{account_id}'),
  view('get account lists', '/accounts/{account_id}/lists'),
  view('get task info tables', '/tasks/view'),

  get('version', 'get version', '/version', { isPublic: true, fields: ['Version'] }),
  get('help', 'get system info', '/luna_sys_info', {
    fields: [
      ...['services_versions', 'descriptor_info', 'configs', 'current_faces_attributes_count'],
      ...['license_info', 'signature', 'stats'],
    ],
  }),
  get('login', 'check authorization', '/login', { types: ['text/plain'] }),
  { ...get('login', 'set authorization', '/login', {}), method: 'POST' },
  { ...get('login', 'change authorization', '/login', { body: ['password'] }), method: 'PATCH' },
  { ...get('login', 'clear authorization', '/login', {}), method: 'DELETE' },
  get('search', 'search element by id or email', '/search', {
    ...{ query: ['q'], requiredQuery: ['q'], fields: ['data', 'type'] },
  }),
  get('accounts', 'get accounts', '/accounts', { query: paging, fields: ['accounts', 'account_count'] }),
  {
    ...get('accounts', 'register account', '/accounts', { body: accountBody, fields: ['account_id'] }),
    ...{ method: 'POST', status: 201 },
  },
  get('accounts', 'get account by id', '/accounts/{account_id}', { fields: accountFields }),
  {
    ...get('accounts', 'put account by id', '/accounts/{account_id}', { body: accountBody }),
    ...{ method: 'PUT', status: 201, fields: ['account_id'] },
  },
  { ...get('accounts', 'remove account by id', '/accounts/{account_id}', {}), method: 'DELETE' },
  get('lists', 'get lists', '/lists', {
    ...{ query: [...paging, 'account_id'], fields: ['lists', 'list_count'] },
  }),
  get('lists', 'get list', '/lists/{list_id}', {
    fields: ['list_id', 'account_id', 'last_update_time', 'face_count', 'user_data'],
  }),
  get('tasks', 'get tasks', '/tasks', { query: [...paging, ...taskFilters], fields: ['tasks'] }),
  get('tasks', 'get task count', '/tasks/count', { query: taskFilters, fields: ['count'] }),
  get('tasks', 'get task by id', '/tasks/{task_id}', {
    fields: [
      ...['task_id', 'create_time', 'end_time', 'last_update_time', 'task_type', 'task_status', 'result_id'],
      ...['count_task_parts_done', 'count_task_parts_all', 'content', 'description'],
    ],
  }),
  { ...get('tasks', 'cancel task by id', '/tasks/{task_id}', {}), method: 'PATCH' },
  { ...get('tasks', 'delete task by id', '/tasks/{task_id}', {}), method: 'DELETE' },
  get('tasks', 'get task result by id', '/tasks/{task_id}/result', {}),
  get('tasks', 'get task errors by task id', '/tasks/{task_id}/errors', { query: paging }),
  get('tasks', 'get task error count by task id', '/tasks/{task_id}/errors/count', {
    ...{ query: oneTasksErrors, fields: ['count'] },
  }),
  get('tasks', 'get subtasks by task id', '/tasks/{task_id}/subtasks', { fields: ['subtasks'] }),
  get('tasks', 'get errors', '/errors', { query: [...paging, ...errorFilters] }),
  get('tasks', 'get error count', '/errors/count', { query: errorFilters, fields: ['count'] }),
  get('tasks', 'get error by id', '/errors/{error_id}', {}),
  {
    ...get('tasks', 'create gc task', '/tasks/gc', { body: ['description', 'content'] }),
    ...{ method: 'POST', status: 201, fields: ['task_id'] },
  },
  {
    ...get('tasks', 'create additional extract task', '/tasks/additional_extract', {}),
    ...{ method: 'POST', status: 201, fields: ['task_id'], body: ['description', 'content'] },
  },
  get('documents', 'get openapi documentation', '/docs/spec', {
    ...{ isPublic: true, types: ['application/x-yaml', 'text/html'] },
  }),
  get('documents', 'get development manual', '/docs/dev', { isPublic: true, status: 302, types: [] }),
  // The manual has it without credentials; here only CONFIG_PUBLIC makes it so.
  get('config', 'get service configuration', '/config', {
    ...{ types: ['application/json', 'text/plain'], fields: ['INFLUX_MONITORING'] },
  }),
  get('health', 'get health', '/healthcheck', {
    ...{ isPublic: true, query: ['include_luna_services'], fields: ['execution_time'] },
  }),
  get('health', 'get health (redirect)', '/health', {
    ...{ isPublic: true, query: ['include_luna_services'], status: 307, types: [] },
  }),
];
