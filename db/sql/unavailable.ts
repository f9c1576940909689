/** None became free in time, or none could be opened; its cause says why. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** None of the hosts is what the address wants; the message says what each of them is. */
export class NoFittingHostError extends Error {
  override readonly name: string = 'NoFittingHostError';
}

/** A pooler handed a transaction to a standby. */
export class StandbyError extends NoFittingHostError {
  override readonly name = 'StandbyError';
}

/** Whether a transaction was given up because it was on a standby. */
export function isOnStandby(error: unknown): boolean {
  return error instanceof NoConnectionError && error.cause instanceof StandbyError;
}

// Connection exceptions; the server is stopping, starting, or read-only, takes no connections to this database, or lacks
// disk, memory or connections. And what was ended because it took too long or lost against another transaction: a lock
// that somebody holds is no fault of ours.
const unavailableState = /^(08...|57P0[123]|25006|55000|53[123]00|57014|55P03|40001|40P01)$/;
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']);
// The driver says only this when a connection breaks in the middle of a query or before it, or nothing is heard of one.
const brokenConnection =
  /^(Connection terminated|Query read timeout|Client has encountered|Client was closed)/;

/** Whether the database could not be asked or take a change; the same question may be answered later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof NoConnectionError) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string') return networkCodes.has(code) || unavailableState.test(code);
  return brokenConnection.test(error.message);
}

/** Why, in words that everybody may read. */
export function unavailableReason(error: unknown): string {
  if (!(error instanceof Error)) return 'the answer took too long';
  // What the driver's pool says, and Sequelize's.
  if (/^(timeout exceeded when|Operation timeout)/.test(error.message))
    return 'no connection became free in time';
  const { code } = error as Error & { code?: unknown };
  if (isOnStandby(error) || code === '25006') return 'it leads to a server that takes no changes';
  if (code === '55P03') return 'somebody holds a lock';
  if (code === '57014' || error.message.includes('read timeout')) return 'the answer took too long';
  return 'it cannot be reached';
}

/** Whether the database is there and does not let this process in: it will not, however long it waits. */
export function isLoginRefused(error: unknown): boolean {
  const cause = error instanceof NoConnectionError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('28');
}
