import { ConfigError, type Config } from '../platform/config.ts';

/** For commands that work on a given database only: npm start alone has an embedded one. */
export function requireDatabaseUrl({ databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  if (databaseUrl === undefined) {
    throw new ConfigError([
      'DATABASE_URL: required here; the embedded database is looked after by npm start',
    ]);
  }
  return databaseUrl;
}
