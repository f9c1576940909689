import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../domain/errors.ts';
import type { Database, OpenTransaction, Sql } from './connection.ts';
import { sqlStateOf, sqlStates } from './transientErrors.ts';

/** The transaction was ended because nobody wants it any more; nothing was changed. */
export class UnwantedError extends Error {
  override readonly name = 'UnwantedError';
}

// Most transactions are over before anybody looks.
const firstLookMs = 1_000;
const lookEveryMs = 500;

/**
 * A transaction that reads or changes objects, for whose locks it may have to wait. While it lasts, `isWanted` is asked
 * again and again beside it; when it says no, the statement under way is ended.
 * @throws UnwantedError; DomainError lockHeld with who holds the lock, when it was waited for as long as the
 *   connection's limit allows
 */
export async function watchedTransaction<T>(
  db: Database,
  isWanted: (aside: Pick<Sql, 'query'>) => Promise<boolean>,
  work: (tx: OpenTransaction) => Promise<T>,
): Promise<T> {
  const seen: { isEnded: boolean; holders: string | null } = { isEnded: false, holders: null };

  const watch = async (backend: number, over: AbortSignal): Promise<void> => {
    let waitMs = firstLookMs;
    while (await delay(waitMs, true, { signal: over }).catch(() => false)) {
      waitMs = lookEveryMs;
      try {
        seen.holders = (await findHolders(db.aside, backend)) ?? seen.holders;
        if (await isWanted(db.aside)) continue;
        seen.isEnded = true;
        await db.aside.query('select pg_cancel_backend($1)', [backend]);
      } catch {
        // The database is away, or slow: the transaction will hear of it, and the next look tries again.
      }
    }
  };

  try {
    return await db.transaction(async (tx) => {
      const backend = await tx.backend();
      const over = new AbortController();
      const watching = watch(backend, over.signal);
      try {
        return await work(tx);
      } finally {
        over.abort();
        // Before the connection does anything else: what ends a statement would hit the next one.
        await watching;
      }
    });
  } catch (error) {
    const state = sqlStateOf(error);
    if (seen.isEnded && state === sqlStates.queryCanceled) throw new UnwantedError('ended', { cause: error });
    if (state !== sqlStates.lockNotAvailable) throw error;
    throw new DomainError('lockHeld', seen.holders ?? 'another session of the database holds it', {
      cause: error,
    });
  }
}

interface Holder {
  readonly application: string | null;
  readonly user: string | null;
  readonly since: Date | null;
  readonly table: string | null;
}

/** Who holds what the server's process waits for, in words; null: it waits for no lock. */
async function findHolders(aside: Pick<Sql, 'query'>, backend: number): Promise<string | null> {
  const holders = await aside.query<Holder>(
    `select a.application_name application, a.usename::text "user", a.xact_start since,
       (select relation::regclass::text from pg_locks l
        where l.pid = $1 and not l.granted and l.relation is not null limit 1) "table"
     from unnest(pg_blocking_pids($1)) pid left join pg_stat_activity a using (pid) order by a.xact_start limit 3`,
    [backend],
  );
  const [first] = holders;
  if (first === undefined) return null;
  const what = first.table === null ? 'a lock' : `a lock on ${first.table}`;
  return `${what} is held by ${holders.map(wordsOf).join(' and ')}`;
}

/** Of sessions of other users a role without pg_read_all_stats sees the name alone. */
function wordsOf({ application, user, since }: Holder): string {
  const name = application ? `'${application}'` : 'a session without a name';
  return [
    name,
    ...(user === null ? [] : [`(user ${user})`]),
    ...(since === null ? [] : [`since ${since.toISOString()}`]),
  ].join(' ');
}
