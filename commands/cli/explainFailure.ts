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
    ? 'The output of this command is no longer read: it stopped early.'
    : `The output of this command cannot be written: ${error.message}`;
}

const advice: Readonly<Record<string, string>> = {
  '42501':
    '. The role needs more rights: npm run migrate, run as the owner of the tables, grants them to the role of DATABASE_URL',
  '53100': '. The disk of the database is full: free some space and try again',
  '25006': '. The database is read-only, as a standby is',
  ENOSPC: '. The disk is full: free some space and try again',
  EDQUOT: '. The disk is full: free some space and try again',
};

function whatToDo(error: Error): string {
  // Sequelize's errors carry the one of the server.
  const { code = '' } = { ...Object(error), ...Object('parent' in error ? error.parent : null) } as {
    readonly code?: string;
  };
  return advice[code] ?? '';
}
