import type { NetworkCheckRow, NetworkQueries } from '../../db/networks/networkQueries.ts';
import type { Stock } from '../../db/ops/stock.ts';
import { DomainError } from '../../domain/errors.ts';
import type { KnownNetwork } from '../../domain/networks/check.ts';

export interface VersionSources {
  readonly networkQueries: NetworkQueries;
  readonly extractors: readonly KnownNetwork[];
}

/** A version that EXTRACTORS_FILE has, or that descriptors or checks in the database have. */
export interface VersionRow {
  readonly version: number;
  /** None: the file has it no more. */
  readonly networks: readonly KnownNetwork[];
  readonly faces: Stock['faces'];
  readonly events: Stock['events'];
  readonly lastCheck: NetworkCheckRow | null;
}

const none = { count: 0, isExact: true };

/** By number. */
export async function readVersions({ networkQueries, extractors }: VersionSources): Promise<VersionRow[]> {
  const [stored, checks] = await Promise.all([networkQueries.stored(), networkQueries.lastChecks()]);
  const versions = new Set([...extractors, ...stored, ...checks].map(({ version }) => version));
  return [...versions]
    .sort((one, other) => one - other)
    .map((version) => {
      const { faces, events } = stored.find((one) => one.version === version) ?? {
        faces: none,
        events: none,
      };
      return {
        ...{ version, faces, events },
        networks: extractors.filter((one) => one.version === version),
        lastCheck: checks.find((one) => one.version === version) ?? null,
      };
    });
}

/** @throws DomainError networkNotFound */
export async function readVersion(sources: VersionSources, version: number): Promise<VersionRow> {
  return findVersion(await readVersions(sources), version);
}

/** @throws DomainError networkNotFound */
export function findVersion(rows: readonly VersionRow[], version: number): VersionRow {
  const found = rows.find((one) => one.version === version);
  if (found === undefined) throw new DomainError('networkNotFound', `no network has the version ${version}`);
  return found;
}
