import { chmod } from 'node:fs/promises';
import { startPostgres, type Postgres, type PostgresOptions } from '../../../embedded/postgres.ts';

// Which PostgreSQL the servers of tests are: `npm run test:postgres` tries several.
const programs = process.env['TEST_POSTGRES_PROGRAMS'];

/** As `startPostgres`, with the programs that the run is about. `folders`: what lies above the data. */
export async function startTestPostgres(
  options: PostgresOptions,
  folders: readonly string[] = [options.dataDir],
): Promise<Postgres> {
  // Before 16 the programs return to their folder by its whole path, which their user may not pass otherwise.
  if (programs !== undefined) for (const folder of folders) await chmod(folder, 0o711);
  return startPostgres({ ...options, programs });
}
