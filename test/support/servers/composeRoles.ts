import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../../db/sql/connection.ts';
import { createTestFolder } from '../folder.ts';
import { createTestDatabase } from './database.ts';

export const composeRoles = ['luna_owner', 'luna_service', 'temporal'];
const databases = ['luna_admin', 'temporal', 'temporal_visibility'];

export type ComposeRoles = Awaited<ReturnType<typeof createComposeRoles>>;

/** The roles and databases of docker-compose.yml on the server of the tests, under names of their own. */
export async function createComposeRoles() {
  const suffix = randomBytes(4).toString('hex');
  const here = (name: string): string => `${name}_${suffix}`;
  const opened: Database[] = [];
  const testDatabase = await createTestDatabase();
  const admin = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 1 });
  const folder = await createTestFolder('roles');
  const writePassword = (role: string, password: string): Promise<void> =>
    writeFile(join(folder.path, `${here(role)}_password`), `${password}\n`, { mode: 0o644 });
  // PostgreSQL itself reads them, as another user.
  await chmod(folder.path, 0o755);
  for (const role of composeRoles) await writePassword(role, `password of ${role}`);

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
  const statements = await readScript();
  for (const sql of statements) await admin.query(sql);

  return {
    ...{ admin, here, statements, writePassword },
    urlOf: (role: string, database: string): string => {
      const url = new URL(testDatabase.url);
      url.username = here(role);
      url.password = `password of ${role}`;
      url.pathname = `/${here(database)}`;
      return url.href;
    },
    connect: (url: string): Database => {
      const db = createDatabase({ url, applicationName: 'test', maxConnections: 2 });
      opened.push(db);
      return db;
    },
    remove: async (): Promise<void> => {
      await Promise.all(opened.map((db) => db.close()));
      for (const database of databases) await admin.query(`drop database ${here(database)} with (force)`);
      for (const role of composeRoles) await admin.query(`drop role ${here(role)}`);
      await admin.query('grant connect, temporary on database postgres to public');
      await admin.close();
      await folder.remove();
      await testDatabase.drop();
    },
  };
}
