import { startPostgres, type Postgres } from '../../embedded/postgres.ts';
import { startTemporal, type Temporal } from '../../embedded/temporal.ts';
import type { Config } from '../../platform/config.ts';
import type { Supervisor, Unit } from './supervisor.ts';
import { addUnits } from './supervisor.ts';
import { cacheDir } from './cacheDir.ts';
import { ranks, type SystemOptions } from './options.ts';

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | null;
}

/** Starts the servers that the settings do not name, both at once. */
export async function startServers(
  config: Config,
  options: SystemOptions,
  supervisor: Supervisor,
): Promise<Servers> {
  const { log, postgresSettings = {}, temporalUi = config.temporalUi } = options;
  const { dataDir, temporalCli: cli } = config;
  let postgres: Postgres | undefined;
  let temporal: Temporal | undefined;
  // A restarted server keeps its port: everybody else knows it by that.
  const portOf = (server: { port: number } | undefined) =>
    server === undefined ? {} : { port: server.port };
  const units: Unit[] = [];
  if (config.databaseUrl === undefined) {
    units.push({
      name: 'postgres',
      rank: ranks.postgres,
      start: async (signal) =>
        (postgres = await startPostgres({
          ...{ dataDir, log, signal, settings: postgresSettings },
          ...portOf(postgres),
        })),
    });
  }
  if (config.temporalAddress === undefined) {
    units.push({
      name: 'temporal',
      rank: ranks.temporal,
      start: async (signal) =>
        (temporal = await startTemporal({
          ...{ dataDir, cacheDir, log, signal, cli, ui: temporalUi },
          ...portOf(temporal),
        })),
    });
  }
  log.info('starting PostgreSQL and Temporal');
  await addUnits(units, options.signal, supervisor);
  return {
    databaseUrl: config.databaseUrl ?? postgres?.url ?? '',
    temporalAddress: config.temporalAddress ?? temporal?.address ?? '',
    temporalUi: temporal?.uiAddress ?? null,
  };
}
