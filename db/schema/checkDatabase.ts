import { parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { NoConnectionError, NoFittingHostError } from '../sql/unavailable.ts';
import { findObstacle } from './checkServer.ts';

/**
 * Rejects with a sentence unless the database can be asked and used: for commands, whose people want to know at once.
 * The processes of a service wait longer.
 */
export async function checkDatabase(url: string): Promise<void> {
  const obstacle = await findObstacle(url).catch((error: unknown) => {
    const cause = error instanceof NoConnectionError ? error.cause : error;
    throw new Error(`The database at ${placeOf(url)} ${whyNot(cause)}`, { cause });
  });
  if (obstacle !== null) throw new Error(`The database at ${placeOf(url)} ${obstacle}`);
}

/** Without user and password. */
function placeOf(url: string): string {
  const { urls } = parseDatabaseAddress(url);
  return `${urls.map((each) => new URL(each).host).join(',')}${new URL(urls[0]).pathname}`;
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
  if (error instanceof NoFittingHostError) return `cannot be used: ${message}`;
  return /timeout/i.test(message) ? 'does not answer within 5 s' : 'cannot be queried';
}
