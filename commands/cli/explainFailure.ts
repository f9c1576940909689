/** What ended a command, in sentences. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a name with several addresses that all refuse, the error itself says nothing.
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(explainFailure).join('; ');
  const message = `${error.message}${whatToDo(error)}`;
  return error.cause === undefined ? message : `${message}\n  because: ${explainFailure(error.cause)}`;
}

/** That what a command prints cannot be written. */
export function explainOutput(error: NodeJS.ErrnoException): string {
  return error.code === 'EPIPE'
    ? 'Nobody reads what this command prints: it ended before it was done.'
    : `What this command prints cannot be written: ${error.message}`;
}

const advice: Readonly<Record<string, string>> = {
  '42501':
    '. The role needs more rights: npm run migrate, as the owner of the tables, grants them to the one of DATABASE_URL; seed and migrate themselves need the owner',
  '53100': ". The database's disk is full: make room and run this again",
  '25006': '. The database is read-only, as a standby is',
  ENOSPC: '. The disk is full: make room and run this again',
  EDQUOT: '. The disk is full: make room and run this again',
};

function whatToDo(error: Error): string {
  // Sequelize's errors carry the one of the server.
  const { code = '' } = { ...Object(error), ...Object('parent' in error ? error.parent : null) } as {
    readonly code?: string;
  };
  return advice[code] ?? '';
}
