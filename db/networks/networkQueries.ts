import type { CheckFailure, CheckState } from '../../domain/networks/check.ts';
import type { NetworkReport } from '../../domain/networks/report.ts';
import { countVersions, type CountedVersion } from '../ops/stock.ts';
import type { Sql } from '../sql/connection.ts';

export interface NetworkCheckRow {
  readonly checkId: number;
  readonly version: number;
  readonly state: CheckState;
  readonly attempts: number;
  readonly runsDone: number | null;
  readonly runsExpected: number | null;
  readonly reports: readonly NetworkReport[] | null;
  readonly failure: CheckFailure | null;
  readonly createdBy: string | null;
  readonly createdByLogin: string;
  readonly createTime: Date;
  readonly startTime: Date | null;
  readonly endTime: Date | null;
}

const columns = `check_id "checkId", version, state, attempts, runs_done "runsDone", runs_expected "runsExpected", reports,
  failure, created_by "createdBy", created_by_login "createdByLogin", create_time "createTime",
  start_time "startTime", end_time "endTime"`;

export type NetworkQueries = ReturnType<typeof createNetworkQueries>;

export function createNetworkQueries(db: Sql) {
  return {
    /** The newest check of each version that has one. */
    lastChecks: (): Promise<NetworkCheckRow[]> =>
      db.query<NetworkCheckRow>(
        `select distinct on (version) ${columns} from network_checks order by version, check_id desc`,
      ),

    /** Newest first. */
    checksOf: (version: number): Promise<NetworkCheckRow[]> =>
      db.query<NetworkCheckRow>(
        `select ${columns} from network_checks where version = $1 order by check_id desc`,
        [version],
      ),

    /** Versions that have descriptors, and how many; at a cost that does not grow with these. */
    stored: (): Promise<CountedVersion[]> => countVersions(db),
  };
}
