import { ConnectionAcquireTimeoutError, ConnectionError, DatabaseError } from 'sequelize';

// Connection exceptions; the server is stopping, starting, or read-only, takes no connections to this database, or lacks
// disk, memory or connections. And what was ended because it took too long or lost against another transaction: a lock
// that somebody holds is no fault of ours.
const unavailableState = /^(08...|57P0[123]|25006|55000|53[123]00|57014|55P03|40001|40P01)$/;
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']);

/** Whether the database could not be asked or take a change; the same question may be answered later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (error instanceof DatabaseError) return isUnavailable(error.parent);
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string') return networkCodes.has(code) || unavailableState.test(code);
  // The driver says only this when a connection breaks in the middle of a query, or nothing is heard of one.
  return /^(Connection terminated|Query read timeout)/.test(error.message);
}

/** Why, in words that everybody may read. */
export function unavailableReason(error: unknown): string {
  if (error instanceof ConnectionAcquireTimeoutError) return 'no connection became free in time';
  const { parent = error } = error as { readonly parent?: unknown };
  const { code } = Object(parent) as { readonly code?: unknown };
  if (code === '55P03') return 'somebody holds a lock';
  if (code === '57014' || !(error instanceof Error) || error.message.includes('read timeout')) {
    return 'the answer took too long';
  }
  return 'it cannot be reached';
}

/** Whether the database is there and does not let this process in: it will not, however long it waits. */
export function isLoginRefused(error: unknown): boolean {
  const cause = error instanceof ConnectionError ? error.parent : error;
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('28');
}
