import type { CheckFailure, NetworkCheckRef } from '../../domain/networks/check.ts';
import type { NetworkReport } from '../../domain/networks/report.ts';
import type { Sql } from '../sql/connection.ts';

const isOpen = `state in ('waiting', 'running')`;

export type NetworkCheckRuns = ReturnType<typeof createNetworkCheckRuns>;

/** What a worker writes of a check. Whatever comes after its end changes nothing. */
export function createNetworkCheckRuns(db: Sql) {
  return {
    /** Those that have not ended and whose order is not just being given. */
    open: (limit: number): Promise<NetworkCheckRef[]> =>
      db.query<NetworkCheckRef>(
        `select check_id "checkId", version from network_checks
         where ${isOpen} and create_time < now() - interval '2 seconds' order by check_id limit $1`,
        [limit],
      ),

    /** Counts one more attempt, and tells which it is; null: the check has ended, or is gone. */
    begin: async (checkId: number): Promise<number | null> => {
      const [row] = await db.query<{ attempts: number }>(
        `update network_checks set state = 'running', start_time = coalesce(start_time, now()),
           attempts = attempts + 1, runs_done = null, runs_expected = null
         where check_id = $1 and ${isOpen} returning attempts`,
        [checkId],
      );
      return row?.attempts ?? null;
    },

    /** The worker is told to stop: nothing is wrong with the check, which begins anew elsewhere. */
    giveBack: async (checkId: number): Promise<void> => {
      await db.query(
        `update network_checks set state = 'waiting', attempts = attempts - 1
         where check_id = $1 and ${isOpen} and attempts > 0`,
        [checkId],
      );
    },

    progress: async (checkId: number, done: number, expected: number): Promise<void> => {
      await db.query(
        `update network_checks set runs_done = $2, runs_expected = $3 where check_id = $1 and ${isOpen}`,
        [checkId, done, expected],
      );
    },

    finish: async (checkId: number, reports: readonly NetworkReport[]): Promise<void> => {
      await db.query(
        `update network_checks set state = 'done', reports = $2, end_time = now()
         where check_id = $1 and ${isOpen}`,
        [checkId, JSON.stringify(reports)],
      );
    },

    fail: async (checkId: number, failure: CheckFailure): Promise<void> => {
      await db.query(
        `update network_checks set state = 'failed', failure = $2, end_time = now()
         where check_id = $1 and ${isOpen}`,
        [checkId, JSON.stringify(failure)],
      );
    },
  };
}
