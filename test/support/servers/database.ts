import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createRecords, type Records } from '../../../db/sql/records.ts';

export interface TestDatabase {
  readonly url: string;
  /** Ends every connection that is still open and removes the database. */
  drop(): Promise<void>;
}

// One number for all test processes of a server: whoever holds it makes the template.
const templateLock = 7_340_117;

/** The server of this run's tests, by the address of a database that its owner may connect to. */
export function testServerUrl(): string {
  return requiredVariable('TEST_DATABASE_URL');
}

export function testTemporalAddress(): string {
  return requiredVariable('TEST_TEMPORAL_ADDRESS');
}

/** A database of one's own with today's schema and no rows: a copy of a template that is migrated once a run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = templateName(requiredVariable('TEST_RUN'));
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withAdmin(async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [templateLock]);
    await ensureTemplate(admin, template);
    // Half the processor time of a copy by way of the log, which would be read again after a crash. 14 knows no other.
    const { rows } = await admin.query<{ major: number }>(
      `select current_setting('server_version_num')::integer / 10000 as major`,
    );
    const strategy = (rows[0]?.major ?? 0) < 15 ? '' : 'strategy file_copy';
    await admin.query(`create database ${name} template ${template} ${strategy}`);
  });
  return {
    url: urlOf(name),
    drop: () =>
      withAdmin(async (admin) => {
        await admin.query(`drop database ${name} with (force)`);
      }),
  };
}

/** For a whole file of tests, which it is removed after; with as many connections at the most. */
export async function openTestDatabase(maxConnections: number): Promise<{ db: Database; url: string }> {
  const { url, drop } = await createTestDatabase();
  const db = createDatabase({ url, applicationName: 'test', maxConnections });
  after(async () => {
    await db.close();
    await drop();
  });
  return { db, url };
}

/** For a whole file of tests: what models create and edit in a database. */
export function openTestRecords(url: string): Records {
  const records = createRecords({ url, applicationName: 'test', maxConnections: 1 });
  after(() => records.close());
  return records;
}

/** Removes a run's template from a server that goes on without the tests. */
export async function dropTestTemplate(serverUrl: string, run: string): Promise<void> {
  await withAdmin(async (admin) => {
    const template = templateName(run);
    const found = await admin.query('select from pg_database where datname = $1', [template]);
    if (found.rowCount === 0) return;
    await admin.query(`alter database ${template} is_template false`);
    await admin.query(`drop database ${template} with (force)`);
  }, serverUrl);
}

function templateName(run: string): string {
  return `test_template_${run}`;
}

async function ensureTemplate(admin: pg.Client, template: string): Promise<void> {
  const found = await admin.query<{ datistemplate: boolean }>(
    'select datistemplate from pg_database where datname = $1',
    [template],
  );
  if (found.rows[0]?.datistemplate === true) return;
  // Marked as a template only after its migrations: anything else is the rest of a run that was cut off.
  await admin.query(`drop database if exists ${template} with (force)`);
  await admin.query(`create database ${template}`);
  // Loaded by the one process of a run that needs it: 0.15 s of processor time for each of the others.
  const { migrate } = await import('../../../db/schema/migrate.ts');
  await migrate({ databaseUrl: urlOf(template) });
  await admin.query(`alter database ${template} is_template true`);
}

async function withAdmin<Result>(
  work: (admin: pg.Client) => Promise<Result>,
  serverUrl: string = testServerUrl(),
): Promise<Result> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(testServerUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing: run tests with npm test -- FILE`);
  return value;
}
