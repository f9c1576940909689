import type { NetworkCheckRow } from '../../db/networks/networkQueries.ts';
import { errorTable } from '../../domain/errors.ts';
import type { DefaultVersions } from '../../domain/extract/networks.ts';
import { describedKinds, faultsOf, whyUnchecked } from '../../domain/networks/check.ts';
import { toSnakeCase } from '../http/snakeCase.ts';
import type { VersionRow } from './readVersions.ts';

export type NetworkVersionJson = ReturnType<typeof presentVersion>;
export type NetworkCheckJson = ReturnType<typeof presentCheck>;

export function presentVersion(
  { version, networks, faces, events, lastCheck }: VersionRow,
  defaults: DefaultVersions,
) {
  return {
    version,
    networks: networks.map(({ kind, name, length, server }) => ({
      ...{ kind, name, descriptor_length: length, server },
    })),
    default_of: describedKinds(networks).filter((kind) => defaults[kind] === version),
    faces: { count: faces.count, exact: faces.isExact },
    events: { count: events.count, exact: events.isExact },
    why_unchecked: whyUnchecked(version, networks),
    last_check: lastCheck === null ? null : presentCheck(lastCheck),
  };
}

/** Without its reports, which are long. */
export function presentCheck(check: NetworkCheckRow) {
  const { reports, failure } = check;
  const faults = reports === null ? null : faultsOf(reports);
  return {
    check_id: check.checkId,
    version: check.version,
    state: check.state,
    attempts: check.attempts,
    runs_done: check.runsDone,
    runs_expected: check.runsExpected,
    is_fit: faults === null ? null : faults.length === 0,
    faults: faults ?? [],
    failure:
      failure === null
        ? null
        : {
            error_code: errorTable[failure.error].code,
            desc: errorTable[failure.error].desc,
            detail: failure.detail,
          },
    created_by: check.createdBy,
    login: check.createdByLogin,
    create_time: check.createTime.toISOString(),
    start_time: check.startTime?.toISOString() ?? null,
    end_time: check.endTime?.toISOString() ?? null,
  };
}

export function presentCheckWithReports(check: NetworkCheckRow) {
  return { ...presentCheck(check), reports: toSnakeCase(check.reports ?? []) };
}
