import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { migrate } from '../../db/schema/migrate.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createTaskStore } from '../../db/tasks/taskStore.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { tester } from '../support/rows/rows.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { readCompose } from './deployments.ts';

const suffix = randomBytes(4).toString('hex');
const roles = ['luna_owner', 'luna_service', 'temporal'];
const databases = ['luna_admin', 'temporal', 'temporal_visibility'];
const here = (name: string): string => `${name}_${suffix}`;

let testDatabase: TestDatabase;
let admin: Database;
let folder: TestFolder;
let statements: readonly string[];
const opened: Database[] = [];

function urlOf(role: string, database: string): string {
  const url = new URL(testDatabase.url);
  url.username = here(role);
  url.password = `password of ${role}`;
  url.pathname = `/${here(database)}`;
  return url.href;
}

function connect(url: string): Database {
  const db = createDatabase({ url, applicationName: 'test', maxConnections: 2 });
  opened.push(db);
  return db;
}

/** The script with names of this test, as psql would send it: one statement after the other. */
async function readScript(): Promise<string[]> {
  const text = (await readFile('ops/postgres/roles.sql', 'utf8'))
    .replace(/^--.*$/gm, '')
    .replaceAll('/run/secrets/', `${folder.path}/`)
    .replace(/\b(luna_owner|luna_service|luna_admin|temporal_visibility|temporal)\b/g, here);
  const found = [...text.matchAll(/^(?:do \$\$[^]*?\$\$|(?:create|revoke|grant) [^;]*);/gm)].map(
    ([sql]) => sql,
  );
  assert.equal(found.join('').replace(/\s/g, ''), text.replace(/\s/g, ''), 'every statement is run');
  return found;
}

before(async () => {
  testDatabase = await createTestDatabase();
  admin = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 1 });
  folder = await createTestFolder('roles');
  // PostgreSQL itself reads them, as another user.
  await chmod(folder.path, 0o755);
  for (const role of roles)
    await writeFile(join(folder.path, `${here(role)}_password`), `password of ${role}\n`, { mode: 0o644 });
  statements = await readScript();
  for (const sql of statements) await admin.query(sql);
});

after(async () => {
  await Promise.all(opened.map((db) => db.close()));
  for (const database of databases) await admin.query(`drop database ${here(database)} with (force)`);
  for (const role of roles) await admin.query(`drop role ${here(role)}`);
  await admin.query('grant connect, temporary on database postgres to public');
  await admin.close();
  await folder.remove();
  await testDatabase.drop();
});

test("the roles of Compose's database are no superusers and can create neither roles nor databases", async () => {
  const found = await admin.query(
    `select from pg_roles where rolname = any ($1) and rolcanlogin
       and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`,
    [roles.map(here)],
  );
  assert.equal(found.length, roles.length);
});

test("with Compose's roles the migrations own the tables, and the service cannot change the audit", async () => {
  const urls = {
    databaseUrl: urlOf('luna_owner', 'luna_admin'),
    serviceUrl: urlOf('luna_service', 'luna_admin'),
  };
  await migrate(urls);
  const service = connect(urls.serviceUrl);
  await createTaskStore(service, null).create(
    {
      taskType: 4,
      content: { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: false },
      description: null,
    },
    tester,
  );
  assert.equal((await service.query('select from audit')).length, 1);
  for (const sql of ['delete from audit', 'truncate audit', 'drop table audit', 'create table mine ()'])
    await assert.rejects(service.query(sql), /permission denied|must be owner/, sql);
});

test('Temporal owns its two databases, and no role of Compose can connect to what is another one’s', async () => {
  for (const database of ['temporal', 'temporal_visibility'])
    await connect(urlOf('temporal', database)).query('create table namespaces ()');
  const refused = [
    ['temporal', 'luna_admin'],
    ['luna_service', 'temporal'],
    ['luna_service', 'temporal_visibility'],
    ['luna_owner', 'temporal'],
  ] as const;
  for (const [role, database] of refused)
    await assert.rejects(
      connect(urlOf(role, database)).query('select 1'),
      /permission denied for database/,
      `${role} ${database}`,
    );
});

test('run again, the script sets the passwords that the files have now', async () => {
  const url = new URL(urlOf('luna_service', 'luna_admin'));
  await writeFile(join(folder.path, `${here('luna_service')}_password`), 'another\n');
  const [rolesOnly = ''] = statements;
  await admin.query(rolesOnly);
  await assert.rejects(connect(url.href).query('select 1'), /password authentication failed/);
  url.password = 'another';
  await connect(url.href).query('select 1');
});

test("in docker-compose.yml PostgreSQL alone has the superuser's password, and each other service that of its role", async () => {
  const { services } = await readCompose();
  const having = (secret: string) =>
    Object.entries(services)
      .filter(([, { secrets = [] }]) => secrets.includes(secret))
      .map(([name]) => name)
      .sort();
  assert.deepEqual(having('postgres_password'), ['postgresql']);
  assert.deepEqual(having('luna_owner_password'), ['postgresql']);
  assert.deepEqual(having('luna_service_password'), ['postgresql']);
  assert.deepEqual(having('temporal_password'), ['postgresql', 'temporal', 'temporal-schema']);
  assert.deepEqual(having('migration_database_url'), ['migrate']);
  assert.deepEqual(having('sys_info_key'), ['api']);
});
