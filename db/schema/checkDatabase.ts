import pg from 'pg';

const limitMs = 5_000;

/**
 * Rejects with a sentence unless the database can be asked: for commands, whose people want to know at once. The pools
 * of a service wait longer.
 */
export async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'luna-admin check',
    connectionTimeoutMillis: limitMs,
    query_timeout: limitMs,
  });
  // A connection that breaks meanwhile rejects what waits for it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw new Error(`The database at ${placeOf(url)} ${whyNot(error)}`, { cause: error });
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: does PostgreSQL run there?',
  ENOTFOUND: 'cannot be found: is the name of the host right?',
  EAI_AGAIN: 'cannot be found: is the name of the host right?',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  '28P01': 'refuses the login: is the password right?',
  '28000': 'refuses the login: is this user allowed to connect?',
  '3D000': 'does not exist: create it with createdb',
  '42501': 'refuses the login: the user has no right to connect',
  '53300': 'accepts no more connections',
  '57P03': 'is starting or stopping: try again',
};

function whyNot(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const sentence = code === undefined ? undefined : sentences[code];
  if (sentence !== undefined) return sentence;
  return /timeout/i.test(message) ? `does not answer within ${limitMs / 1_000} s` : 'cannot be queried';
}
