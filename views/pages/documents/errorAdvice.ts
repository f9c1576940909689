import type { ErrorName } from '../../../domain/errors.ts';

const again = 'Nothing is wrong with the request: send it again in a while.';
const looked = 'Look up the id; it may have been deleted.';

/** What whoever meets a code can do. */
export const errorAdvice: Readonly<Record<ErrorName, string>> = {
  internal: 'A fault of the service. Its log has the request id of the answer; send it again, and report it.',
  loginNotFound: 'Check login and password. Both faults have the same answer.',
  accountNotFound: looked,
  accountExists: 'Choose another login or id, or change the account that has it.',
  lastAdmin: 'Make another administrator first: without one nobody could log in any more.',
  notUuid: 'Give an id of 32 hexadecimal digits with its hyphens.',
  notJson: 'Send a JSON text in UTF-8.',
  fieldMissing: 'Add the field that the detail names.',
  emptyBody: 'Send a body; the API reference has an example of each.',
  credentialsNeeded: 'Send a session cookie or Basic credentials.',
  badQueryParameter: 'Correct the parameter that the detail names.',
  pageNotFound: 'Check the address; the API reference has all of them.',
  queryParameterMissing: 'Add the parameter that the detail names.',
  badHeader: 'Correct the header that the detail names.',
  badAuthorization: 'Send Authorization: Basic with login:password in Base64.',
  forbidden: 'Log in with an account of type admin.',
  methodNotAllowed: 'Use one of the methods in the header Allow.',
  validationFailed: 'Correct what the detail names by its path in the body.',
  notAcceptable: 'Accept one of the types that the detail names.',
  unsupportedMediaType: 'Send one of the types that the detail names, in Content-Type.',
  tooManyRequests: 'Wait as many seconds as the header Retry-After says.',
  csrf: 'Open the form anew and send it from there.',
  bodyTooLarge: 'Send less at a time.',
  unknownHost:
    'Use an address of the service, or a name that ALLOWED_HOSTS has: whoever runs the service adds the names under which it is reached.',
  unavailable: again,
  faceNotFound: looked,
  listNotFound: looked,
  eventNotFound: looked,
  engineUnavailable: again,
  taskNotFound: looked,
  taskErrorNotFound: looked,
  rangeNotSatisfiable:
    'The download is complete, or the file that it was to go on with is of another result: begin anew without a Range.',
  resultGone: 'It cannot be had any more; the counts and errors of the task are still there.',
  noResultYet: 'Wait until the task has ended.',
  cannotCancel: 'Nothing is left to cancel: the task has ended.',
  noResultInStatus: 'A result is kept when the task was made with store_results and was not cancelled.',
  cannotPause: 'Only a running task can be paused, and only a paused one resumed.',
  cannotRetry: 'Only a task that has ended can be retried, and only where something is left to do.',
  stillRunning: 'Cancel the task and wait until it has ended.',
  noExtractor: 'Choose a version that an extractor is at hand for, or add one to REMOTE_EXTRACTORS.',
  cannotUndo:
    'Only a gc that was made with undo_window can be undone, after its end and before the window is over; the detail says what stands against it.',
  keptAside:
    'Wait until its undo window is over and the purge has ended, or undo the task; then it can be deleted.',
  selectsEverything: 'Add a filter, or confirm with confirm_all that everything is meant.',
  networkNotFound: 'Choose a version that GET /networks names.',
  cannotCheck: 'Choose a version that EXTRACTORS_FILE has with a file; the detail says why this one is none.',
  cannotBeDefault: 'Choose a version whose network makes descriptors, and name the kind where it makes both.',
  upgradeNotFound: looked,
  upgradeOpen:
    'Wait until the upgrade is over, or roll it back. It removes the old version itself, and switches the default.',
  cannotActOnUpgrade: 'GET /upgrades/{upgrade_id} says in `actions` what is possible now.',
  scheduleNotFound: looked,
  scheduleChanged: 'Read the schedule anew and apply the change to what it is now.',
  idempotencyConflict: 'Use a new key for a new request.',
  versionInUse:
    'Wait until the task that the detail names has ended, or cancel it. An extract and a gc of a version that it needs exclude each other.',
  sampleMissing: 'The image is not in the store. Restore it, then retry what failed.',
  sampleUnreadable:
    'The image is damaged, or not a JPEG of the size that samples have; the detail says which. Replace it, then retry what failed.',
  sampleChanged: 'The sample was replaced while it was read. Retry what failed.',
  sampleKillsExtractor: 'The extractor died of this image each time. Look at the image, then retry.',
  sampleNotRemoved:
    'The rows of the object are gone, but a file of its sample resists: it is immutable, a folder lies in its place, or the worker may not write there. `detail` says what the file system said. It is tried again by itself, at last once an hour, and the object is done when it is gone; a retry of the failed objects tries at once.',
  originNotRemoved:
    'The origin of the image refused or did not answer. Mend it there, then retry what failed.',
  extractorUnavailable: 'Start the extractor of this version, then retry what failed.',
  sampleStoreUnavailable:
    'Mount the folder of samples that belongs to this database. Nothing is lost, and tasks go on by themselves.',
  objectNotRemoved:
    'The database refused to remove it; the detail says why, such as another table that refers to it. Mend it there, then retry what failed.',
  objectNotWritten:
    'The database refused what was extracted; the detail says why. Mend it there, then retry what failed.',
  checkFailed:
    'The detail says what went wrong. Look at the memory of the worker and at its log; npm run extractor -- check shows the same check by hand.',
  upgradeStepFailed: 'The detail says what went wrong. Mend it, and repeat the step.',
  lockHeld:
    'Another session of the database holds what the task needs; the detail says which. End it, or wait: the task goes on by itself, and can be paused or cancelled meanwhile.',
  attemptFailed:
    'The detail says what went wrong. It is tried again by itself, at most a minute apart; mend the cause, or cancel the task.',
  partFailed: 'The log of the workers tells why. Mend it, then retry what failed.',
  errorBudgetSpent:
    'Its errors name what was wrong. Mend that and retry, or make a new task with a larger share of objects that may fail.',
  booksUnbalanced:
    'What was counted is not what the tables say. Keep the task and report it before you retry.',
  workflowFailed:
    'A fault of the service. The detail and the log of the workers tell more; retry, and report it.',
  partsLeft: 'Retry: what was left out is done then.',
};
