/** One line of the table of every code that the service can answer or write into a task's errors. */
export interface ErrorEntry {
  readonly code: number;
  readonly status: number;
  /** The short class of the error: `desc` of an answer. */
  readonly desc: string;
  /** Whether the same request or the same object may succeed later without being changed. */
  readonly retryable: boolean;
}

function entry(code: number, status: number, desc: string, retryable = false): ErrorEntry {
  return { code, status, desc, retryable };
}

/** Every error code, by the name that the code uses for it. Numbers: docs of the HTTP contract. */
export const errorTable = {
  internal: entry(1, 500, 'Internal server error', true),
  loginNotFound: entry(11002, 401, 'Account not found by login and password'),
  accountNotFound: entry(11003, 404, 'Account not found'),
  accountExists: entry(11011, 409, 'Account with this login or id exists'),
  lastAdmin: entry(11012, 409, 'Last admin account'),
  notUuid: entry(12001, 400, 'Object is not a UUID'),
  notJson: entry(12002, 400, 'Request body is not JSON'),
  fieldMissing: entry(12003, 400, 'Required field missing'),
  emptyBody: entry(12005, 400, 'Request body is empty'),
  credentialsNeeded: entry(12010, 401, 'Credentials needed'),
  badQueryParameter: entry(12012, 400, 'Bad query parameter'),
  pageNotFound: entry(12013, 404, 'Page not found'),
  queryParameterMissing: entry(12014, 400, 'Required query parameter missing'),
  badHeader: entry(12018, 400, 'Invalid header value'),
  badAuthorization: entry(12019, 401, 'Malformed authorization header'),
  forbidden: entry(12020, 403, 'Account is not an administrator'),
  notPermitted: entry(12025, 403, 'Not permitted for this role'),
  apiTokenInvalid: entry(12035, 401, 'API token not valid'),
  apiTokenNotFound: entry(12036, 404, 'API token not found'),
  tooManyApiTokens: entry(12037, 409, 'Too many API tokens'),
  poolerInBetween: entry(12029, 503, 'Connection pooler without a direct address'),
  secondFactorNeeded: entry(12026, 403, 'Second factor needed'),
  proofNeeded: entry(12030, 403, 'Recent proof of identity needed'),
  methodNotAllowed: entry(12021, 405, 'Method not allowed'),
  validationFailed: entry(12022, 400, 'Body failed validation'),
  notAcceptable: entry(12023, 406, 'Not acceptable'),
  unsupportedMediaType: entry(12024, 415, 'Unsupported media type'),
  tooManyCalls: entry(12033, 429, 'Too many requests in a minute', true),
  tooManyRequests: entry(12040, 429, 'Too many requests', true),
  csrf: entry(12041, 403, 'CSRF token missing or wrong'),
  bodyTooLarge: entry(12042, 413, 'Request body too large'),
  unknownHost: entry(12044, 421, 'Unknown host'),
  singleSignOnRefused: entry(12045, 403, 'Single sign-on refused'),
  singleSignOnUnavailable: entry(12046, 503, 'Single sign-on unavailable', true),
  badLogoutToken: entry(12047, 400, 'Log-out token not valid'),
  unavailable: entry(12043, 503, 'Service temporarily unavailable', true),
  faceNotFound: entry(22002, 404, 'Face not found'),
  listNotFound: entry(22003, 404, 'List not found'),
  eventNotFound: entry(23001, 404, 'Event not found'),
  engineUnavailable: entry(28000, 503, 'The engine cannot take the task now', true),
  taskNotFound: entry(28001, 404, 'Task not found'),
  taskErrorNotFound: entry(28003, 404, 'Task error not found'),
  resultGone: entry(28017, 404, 'Task result is gone'),
  noResultYet: entry(28018, 404, 'Task has no result yet'),
  cannotCancel: entry(28019, 400, 'Task cannot be cancelled in this status'),
  noResultInStatus: entry(28020, 400, 'Task has no result in this status'),
  cannotPause: entry(28030, 400, 'Task cannot be paused or resumed in this status'),
  cannotRetry: entry(28031, 400, 'Task cannot be retried in this status'),
  stillRunning: entry(28032, 400, 'Task is still running'),
  noExtractor: entry(28033, 400, 'No extractor for this version or target'),
  selectsEverything: entry(28034, 400, 'Filters select everything'),
  scheduleNotFound: entry(28036, 404, 'Schedule not found'),
  scheduleChanged: entry(28037, 412, 'Schedule has changed'),
  versionInUse: entry(28038, 409, 'Descriptor version used by an open task'),
  rangeNotSatisfiable: entry(28039, 416, 'Range not satisfiable'),
  networkNotFound: entry(28040, 404, 'Network not found'),
  cannotCheck: entry(28041, 400, 'Network cannot be checked'),
  cannotBeDefault: entry(28042, 400, 'Version cannot become the default'),
  upgradeNotFound: entry(28043, 404, 'Upgrade not found'),
  upgradeOpen: entry(28044, 409, 'Another upgrade is in progress'),
  cannotActOnUpgrade: entry(28045, 400, 'Action not possible at this step'),
  accountChanged: entry(28046, 412, 'Account has changed'),
  previousRunActive: entry(28047, 409, 'The previous run is still active'),
  cannotUndo: entry(28050, 400, 'Task cannot be undone'),
  keptAside: entry(28051, 400, 'Undo window still open'),
  cannotApprove: entry(28060, 409, 'Nothing awaits approval'),
  ownApproval: entry(28061, 403, 'Own order awaits someone else'),
  ordererNotAdmin: entry(28062, 409, 'Orderer is no longer an administrator'),
  removalGrew: entry(28063, 409, 'Removal has grown'),
  idempotencyConflict: entry(28035, 409, 'Idempotency key used with another body'),

  sampleMissing: entry(28100, 500, 'Sample missing', true),
  sampleUnreadable: entry(28101, 500, 'Sample unreadable', true),
  sampleChanged: entry(28102, 500, 'Sample changed during extraction', true),
  sampleKillsExtractor: entry(28103, 500, 'Sample crashes the extractor', true),
  originNotRemoved: entry(28104, 500, 'Image origin not removed', true),
  extractorUnavailable: entry(28105, 503, 'Extractor unavailable', true),
  sampleStoreUnavailable: entry(28106, 503, 'Sample store unavailable', true),
  objectNotRemoved: entry(28107, 500, 'Object not removed', true),
  lockHeld: entry(28108, 503, 'Waiting for a lock', true),
  sampleNotRemoved: entry(28109, 500, 'Sample not removed', true),
  partFailed: entry(28110, 500, 'Subtask failed', true),
  errorBudgetSpent: entry(28111, 500, 'Too many objects failed', true),
  booksUnbalanced: entry(28112, 500, 'Counters do not match the tables', true),
  workflowFailed: entry(28113, 500, 'Task stopped by an unexpected error', true),
  partsLeft: entry(28114, 500, 'Subtasks left unfinished', true),
  attemptFailed: entry(28115, 500, 'Attempt failed, retrying', true),
  objectNotWritten: entry(28119, 500, 'Object not written', true),
  checkFailed: entry(28120, 500, 'Network check did not finish'),
  moreThanApproved: entry(28064, 500, 'More objects than approved'),
  serverTooOld: entry(28066, 503, 'PostgreSQL too old'),
  upgradeStepFailed: entry(28121, 500, 'Upgrade step did not finish'),
  auditUnsealed: entry(28130, 503, 'Audit is still being sealed'),
  removalUnknown: entry(28131, 404, 'No removal of this object known'),
  objectExists: entry(28132, 409, 'Object still exists'),
  notRemoval: entry(28133, 409, 'Task is not a finished removal'),
  certificateNotFound: entry(28134, 404, 'Certificate not found'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorName = keyof typeof errorTable;

/** Undefined: of a code that this version does not know. */
export function errorOfCode(code: unknown): ErrorName | undefined {
  return (Object.keys(errorTable) as ErrorName[]).find((name) => errorTable[name].code === code);
}

/** What is wrong with one value of a request. */
export interface Fault {
  /** Where the value stands, in dotted form, such as `content.filters.account_id`; or the name of a parameter or header. */
  readonly path: string;
  readonly message: string;
}

/** A failure that a caller can act on. `detail` is shown to the client: no secrets, no SQL, no stack in it. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly error: ErrorName;
  readonly detail: string;
  /** The value that is at fault; null: no single one is. */
  readonly fault: Fault | null;

  constructor(error: ErrorName, told: string | Fault, options?: ErrorOptions) {
    const detail = typeof told === 'string' ? told : `Path: '${told.path}' message: '${told.message}'`;
    super(`${errorTable[error].desc}: ${detail}`, options);
    this.error = error;
    this.detail = detail;
    this.fault = typeof told === 'string' ? null : told;
  }

  get entry(): ErrorEntry {
    return errorTable[this.error];
  }
}
