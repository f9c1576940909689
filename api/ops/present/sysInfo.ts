import type { RequestCount } from '../../../db/ops/statsStore.ts';
import type { SysInfoCounts } from '../../../db/ops/sysInfoQueries.ts';

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

export interface SysInfoSurroundings {
  readonly version: Version;
  /** The oldest of the workers' that are there; null: none is. */
  readonly workerVersion: string | null;
  /** null: Temporal does not answer. */
  readonly temporalVersion: string | null;
  readonly extractors: readonly { readonly version: number; readonly kind: string; readonly name: string }[];
  readonly settings: Readonly<Record<string, unknown>>;
}

export function presentSysInfo(info: SysInfoCounts, around: SysInfoSurroundings) {
  const { major, minor, patch } = around.version;
  return {
    services_versions: {
      'luna-admin': { major, minor, patch },
      'luna-admin-worker': toVersion(around.workerVersion),
      temporal: toVersion(around.temporalVersion),
      postgresql: {
        major: Math.floor(info.serverVersion / 10_000),
        minor: info.serverVersion % 10_000,
        patch: 0,
      },
      ...Object.fromEntries(
        around.extractors.map(({ name, version }) => [
          `extractor-${name}`,
          { major: version, minor: 0, patch: 0 },
        ]),
      ),
    },
    descriptor_info: info.descriptors.map(({ version, type, faces, events }) => ({
      descriptor_version: version,
      descriptor_type: type,
      extractor: around.extractors.find((one) => one.version === version && one.kind === type)?.name ?? null,
      faces_count: faces,
      events_count: events,
    })),
    configs: [{ service: 'luna-admin', settings: around.settings }],
    current_faces_attributes_count: info.attributes,
    license_info: { license: 'MIT', faces_limit: null, faces_count: info.faces, expiration_date: null },
    stats: { estimators_stats: info.estimations, routes_stats: routesStats(info.requests) },
  };
}

function toVersion(text: string | null): Version | null {
  if (text === null) return null;
  const [major = 0, minor = 0, patch = 0] = text
    .split(/[.-]/, 3)
    .map((part) => Number.parseInt(part, 10) || 0);
  return { major, minor, patch };
}

interface RouteStats {
  service: string;
  route: string;
  month: string;
  errors: { error_code: string; count: number }[];
  request_stats: { status_code: number; count: number }[];
}

function routesStats(rows: readonly RequestCount[]): RouteStats[] {
  const routes = new Map<string, RouteStats>();
  for (const { service, route, month, statusCode, errorCode, count } of rows) {
    const key = JSON.stringify([month, service, route]);
    const stats = routes.get(key) ?? { service, route, month, errors: [], request_stats: [] };
    routes.set(key, stats);
    const sameStatus = stats.request_stats.find(({ status_code }) => status_code === statusCode);
    if (sameStatus === undefined) stats.request_stats.push({ status_code: statusCode, count });
    else sameStatus.count += count;
    if (errorCode === 0) continue;
    const sameError = stats.errors.find(({ error_code }) => error_code === String(errorCode));
    if (sameError === undefined) stats.errors.push({ error_code: String(errorCode), count });
    else sameError.count += count;
  }
  return [...routes.values()];
}
