import pg from 'pg';

export const sqlStates = {
  uniqueViolation: '23505',
  deadlock: '40P01',
  serializationFailure: '40001',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  undefinedTable: '42P01',
  /** The server has become a standby. */
  readOnly: '25006',
} as const;

/** PostgreSQL's code of what went wrong; null: it is no error of a statement. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

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
      if (attempt === attempts || !hasLost(error)) throw error;
    }
  }
}

/** Whether a transaction lost against another one: the same may succeed when it is tried again at once. */
function hasLost(error: unknown): boolean {
  const state = sqlStateOf(error);
  return (
    error instanceof OvertakenError ||
    state === sqlStates.deadlock ||
    state === sqlStates.serializationFailure
  );
}

/** Whether a transaction lost against another one, or waited too long for a lock that it holds. */
export function isTransient(error: unknown): boolean {
  return hasLost(error) || sqlStateOf(error) === sqlStates.lockNotAvailable;
}
