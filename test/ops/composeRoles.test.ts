import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrate } from '../../db/schema/migrate.ts';
import { createTaskStore } from '../../db/tasks/taskStore.ts';
import { tester } from '../support/rows/rows.ts';
import { composeRoles, createComposeRoles, type ComposeRoles } from '../support/servers/composeRoles.ts';
import { readCompose } from './deployments.ts';

let roles: ComposeRoles;
before(async () => {
  roles = await createComposeRoles();
});
after(() => roles.remove());

test("the roles of Compose's database are no superusers and can create neither roles nor databases", async () => {
  const found = await roles.admin.query(
    `select from pg_roles where rolname = any ($1) and rolcanlogin
       and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`,
    [composeRoles.map(roles.here)],
  );
  assert.equal(found.length, composeRoles.length);
});

test("with Compose's roles the migrations own the tables, and the service cannot change the audit", async () => {
  const urls = {
    databaseUrl: roles.urlOf('luna_owner', 'luna_admin'),
    serviceUrl: roles.urlOf('luna_service', 'luna_admin'),
  };
  await migrate(urls);
  const service = roles.connect(urls.serviceUrl);
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
    await roles.connect(roles.urlOf('temporal', database)).query('create table namespaces ()');
  const refused = [
    ['temporal', 'luna_admin'],
    ['luna_service', 'temporal'],
    ['luna_service', 'temporal_visibility'],
    ['luna_owner', 'temporal'],
  ] as const;
  for (const [role, database] of refused)
    await assert.rejects(
      roles.connect(roles.urlOf(role, database)).query('select 1'),
      /permission denied for database/,
      `${role} ${database}`,
    );
});

test('run again, the script sets the passwords that the files have now', async () => {
  const url = new URL(roles.urlOf('luna_service', 'luna_admin'));
  await roles.writePassword('luna_service', 'another');
  const [rolesOnly = ''] = roles.statements;
  await roles.admin.query(rolesOnly);
  await assert.rejects(roles.connect(url.href).query('select 1'), /password authentication failed/);
  url.password = 'another';
  await roles.connect(url.href).query('select 1');
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
