import { DatabaseError } from 'sequelize';

// deadlock_detected, serialization_failure, lock_not_available: the same transaction may succeed when tried again.
const transient = new Set(['40P01', '40001', '55P03']);
const attempts = 5;

/** Another transaction changed rows between two statements of this one. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** Tries a transaction again at once when it lost against another one; any other error goes through. */
export async function withRetries<T>(transaction: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction(attempt);
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error;
    }
  }
}

/** Whether a transaction lost against another one. */
export function isTransient(error: unknown): boolean {
  if (error instanceof OvertakenError) return true;
  return (
    error instanceof DatabaseError &&
    'code' in error.parent &&
    typeof error.parent.code === 'string' &&
    transient.has(error.parent.code)
  );
}
