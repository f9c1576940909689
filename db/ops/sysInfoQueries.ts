import type { Sql } from '../sql/connection.ts';
import type { EstimatorCount, RequestCount } from './statsStore.ts';

export interface DescriptorCount {
  readonly version: number;
  readonly type: 'face' | 'body';
  readonly faces: number;
  readonly events: number;
}

export interface SysInfoCounts {
  readonly descriptors: readonly DescriptorCount[];
  readonly faces: number;
  readonly attributes: number;
  readonly requests: readonly RequestCount[];
  readonly estimations: readonly EstimatorCount[];
  /** For instance 180004. */
  readonly serverVersion: number;
}

export type SysInfoQueries = ReturnType<typeof createSysInfoQueries>;

/** What the system information counts. Whole tables are counted: seconds at ten million rows. */
export function createSysInfoQueries(db: Sql) {
  return {
    read: async (): Promise<SysInfoCounts> => {
      const [totals] = await db.query<{ faces: number; attributes: number; version: number }>(
        `select (select count(*) from faces) faces, (select count(*) from attributes) attributes,
                current_setting('server_version_num')::int "version"`,
      );
      return {
        descriptors: await db.query<DescriptorCount>(
          `select version, type, sum(faces)::bigint faces, sum(events)::bigint events from (
             select descriptor_version version, 'face' as type, count(*) faces, 0 events
             from face_descriptors group by 1
             union all
             select descriptor_version, descriptor_type, 0, count(*) from event_descriptors group by 1, 2
           ) counted group by 1, 2 order by 1, 2`,
        ),
        faces: totals?.faces ?? 0,
        attributes: totals?.attributes ?? 0,
        requests: await db.query<RequestCount>(
          `select to_char(month, 'YYYY-MM') "month", service, route, status_code "statusCode",
                  error_code "errorCode", count
           from request_stats order by month desc, service, route, status_code, error_code`,
        ),
        estimations: await db.query<EstimatorCount>(
          `select to_char(month, 'YYYY-MM') "month", name, count from estimator_stats order by month desc, name`,
        ),
        serverVersion: totals?.version ?? 0,
      };
    },
  };
}
