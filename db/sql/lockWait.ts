const waitedMs = 100;
const leastLockTimeoutMs = 100;

/**
 * Who has waited for a connection has so much less for locks, or the two together would be twice the limit.
 * @returns the statement that says so; null: there is nothing to say
 */
export function shortenedLockWait(lockTimeoutMs: number, beganAt: number): string | null {
  const waited = performance.now() - beganAt;
  if (lockTimeoutMs === 0 || waited < waitedMs) return null;
  return `set local lock_timeout = ${Math.max(leastLockTimeoutMs, Math.round(lockTimeoutMs - waited))}`;
}
