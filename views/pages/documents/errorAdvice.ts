import type { ErrorName } from '../../../domain/errors.ts';

const again = 'Nothing is wrong with the request: send it again later.';
const checkId = 'Check the id; the object may have been deleted.';

/** What to do about each code. */
export const errorAdvice: Readonly<Record<ErrorName, string>> = {
  internal: 'A fault of the service. Try again; if it persists, report it with the request id of the answer.',
  loginNotFound: 'Check the login and the password. The answer is the same for both.',
  accountNotFound: checkId,
  accountExists: 'Choose another login or id, or change the existing account.',
  lastAdmin: 'Create another administrator first: without one no one could log in.',
  notUuid: 'Send an id of 32 hexadecimal digits with hyphens.',
  notJson: 'Send JSON in UTF-8.',
  fieldMissing: 'Add the field named in the detail.',
  emptyBody: 'Send a body; the API reference has an example of each.',
  credentialsNeeded: 'Send a session cookie or Basic credentials.',
  badQueryParameter: 'Correct the parameter named in the detail.',
  pageNotFound: 'Check the address; the API reference lists all of them.',
  queryParameterMissing: 'Add the parameter named in the detail.',
  badHeader: 'Correct the header named in the detail.',
  badAuthorization: 'Send Authorization: Basic with login:password in Base64.',
  forbidden: 'Log in with an account of type admin.',
  singleSignOnRefused: 'Try again. If it stays, an administrator finds the cause in the log of the API.',
  singleSignOnUnavailable: 'Try again later, or log in with a password.',
  badLogoutToken: 'Check the issuer and client of the provider against OIDC_ISSUER and OIDC_CLIENT_ID.',
  apiTokenInvalid: 'Make a new token on the page of your account.',
  apiTokenNotFound: 'List your tokens: it may have been revoked already.',
  tooManyApiTokens: 'Revoke a token that is no longer used.',
  proofNeeded: 'Confirm on a page who you are, or send the password with the request (Basic authorization).',
  poolerInBetween:
    'Operators: set DATABASE_DIRECT_URL to the address of PostgreSQL itself. The process has ended at its start.',
  secondFactorNeeded: 'Log in on a page; a program needs an API token of the account.',
  notPermitted: 'Ask an administrator to do it, or to change the role of your account.',
  methodNotAllowed: 'Use one of the methods in the Allow header.',
  validationFailed: 'Correct the value whose path in the body the detail names.',
  notAcceptable: 'Accept one of the types named in the detail.',
  unsupportedMediaType: 'Send one of the types named in the detail, in Content-Type.',
  tooManyCalls:
    'Wait for the seconds given in the Retry-After header. An administrator can raise the limit (REQUESTS_PER_MINUTE and the like).',
  tooManyRequests: 'Wait for the seconds given in the Retry-After header.',
  csrf: 'Reload the form and send it again.',
  bodyTooLarge: 'Send less data per request.',
  unknownHost:
    'Use an address of the service or a name listed in ALLOWED_HOSTS. Operators: add the names by which the service is reached.',
  unavailable: again,
  faceNotFound: checkId,
  listNotFound: checkId,
  eventNotFound: checkId,
  engineUnavailable: again,
  taskNotFound: checkId,
  taskErrorNotFound: checkId,
  rangeNotSatisfiable:
    'The download is complete, or the partial file belongs to another result: download it again without a Range.',
  resultGone: 'The result is no longer available; the counts and errors of the task still are.',
  noResultYet: 'Wait until the task has ended.',
  cannotCancel: 'The task has already ended.',
  noResultInStatus: 'A result is kept if the task was created with store_results and was not cancelled.',
  cannotPause: 'Only a running task can be paused, and only a paused one resumed.',
  cannotRetry: 'Only a task that has ended with something left to do can be retried.',
  stillRunning: 'Cancel task and wait until it has ended.',
  noExtractor: 'Choose a version with a network, or add one to EXTRACTORS_FILE or REMOTE_EXTRACTORS.',
  cannotUndo:
    'Only a gc created with undo_window can be undone, after it has ended and before the window is over. The detail gives the reason.',
  cannotApprove:
    'Reload it: it was approved, rejected, cancelled or has expired. If need be, order it again.',
  ownApproval: 'Ask another administrator to approve or reject it. If you no longer want it, cancel it.',
  ordererNotAdmin: 'Reject it. An administrator can order the removal again.',
  removalGrew: 'Look at what it selects now, then approve that number: send it as count.',
  moreThanApproved:
    'Look at what its filters select by now. A retry orders the approval of all that is left.',
  keptAside: 'Wait until the undo window is over and purged, or undo the task; then delete it.',
  selectsEverything: 'Add a filter, or confirm with confirm_all that you mean everything.',
  networkNotFound: 'Choose a version listed by GET /networks.',
  cannotCheck: 'Choose a version that has a model file in EXTRACTORS_FILE. The detail gives the reason.',
  cannotBeDefault:
    'Choose a version whose network makes descriptors, and name the kind if it makes face and body descriptors.',
  upgradeNotFound: checkId,
  upgradeOpen:
    'Wait until the upgrade has ended, or roll it back. It switches the default and removes the old version itself.',
  cannotActOnUpgrade: 'See `actions` in GET /upgrades/{upgrade_id} for what is possible now.',
  scheduleNotFound: checkId,
  previousRunActive: 'Wait until the previous run has ended or cancel it, or run anyway (even_if_active).',
  accountChanged: 'Open the account again and apply your change to its current state.',
  scheduleChanged: 'Read the schedule again and apply your change to its current state.',
  idempotencyConflict: 'Use a new key for a new request.',
  versionInUse:
    'Wait until the task named in the detail has ended, or cancel it. An extract and a gc of a version it needs cannot run together.',
  sampleMissing: 'The image is not in the sample store. Restore it, then retry the failed objects.',
  sampleUnreadable:
    'The image is damaged, or is not a JPEG of the expected size; the detail says which. Replace it, then retry the failed objects.',
  sampleChanged: 'The sample was replaced while it was being read. Retry the failed objects.',
  sampleKillsExtractor: 'The extractor crashed on this image every time. Inspect the image, then retry.',
  sampleNotRemoved:
    'The rows are gone, but a file of the sample cannot be deleted: it is immutable, a folder is in its place, or the worker lacks write permission. The detail quotes the file system or the object storage. The service retries at least once an hour; a retry of the failed objects tries at once.',
  originNotRemoved:
    'The host of the image refused or did not answer. Fix that, then retry the failed objects.',
  extractorUnavailable: 'Start extractor of this version, then retry the failed objects.',
  sampleStoreUnavailable:
    'Mount the sample folder that belongs to this database, or restore access to its bucket; the detail says what is wrong. Nothing is lost, and tasks continue automatically.',
  objectNotRemoved:
    'The database refused to remove it; the detail gives the reason, such as a reference from another table. Fix that, then retry the failed objects.',
  objectNotWritten:
    'The database refused what was extracted; the detail gives the reason. Fix that, then retry the failed objects.',
  checkFailed:
    'The detail gives the reason. Check the memory and the log of the worker; npm run extractor -- check runs the same check on the command line.',
  serverTooOld: 'Operators: upgrade PostgreSQL. The process has ended at its start.',
  upgradeStepFailed: 'The detail gives the reason. Fix that, then repeat the step.',
  lockHeld:
    'Another database session holds a lock that the task needs; the detail names it. End that session, or wait: the task continues automatically, and you can pause or cancel it.',
  attemptFailed:
    'The detail gives the reason. The service retries at least once a minute; fix the cause, or cancel the task.',
  partFailed: 'The log of the workers gives the reason. Fix that, then retry the failed objects.',
  errorBudgetSpent:
    'Its errors say what went wrong. Fix that and retry, or create a task with a larger error budget.',
  booksUnbalanced:
    'The counters of the task do not match the tables. Keep the task and report it before you retry.',
  workflowFailed: 'A fault of the service. See the detail and the log of the workers; retry, and report it.',
  partsLeft: 'Retry the task: it completes the remaining subtasks.',
  auditUnsealed: 'Try again in a minute: after an update, older entries are sealed first.',
  removalUnknown:
    'Only a gc that kept its result, and is among the newest fifty tasks about such objects, can be found by an object. Ask for the certificate of the task.',
  objectExists: 'A certificate is issued for what was removed. Remove the object first.',
  notRemoval: 'Ask for the certificate of a gc that has ended and is not a rehearsal.',
  certificateNotFound: 'Check the id of the certificate.',
};
