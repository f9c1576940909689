import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { migrate } from '../../db/schema/migrate.ts';
import type { Database } from '../../db/sql/connection.ts';
import { samplePhotos } from '../../extraction/pictures/photoFiles.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { runToEnd } from '../support/runToEnd.ts';
import { createComposeRoles, type ComposeRoles } from '../support/servers/composeRoles.ts';

const login = 'operator@example.org';

let roles: ComposeRoles;
let folder: TestFolder;
let service: Database;
let databaseUrl: string;

before(async () => {
  roles = await createComposeRoles();
  folder = await createTestFolder('service-commands');
  databaseUrl = roles.urlOf('luna_service', 'luna_admin');
  await migrate({ databaseUrl: roles.urlOf('luna_owner', 'luna_admin'), serviceUrl: databaseUrl });
  service = roles.connect(databaseUrl);
});
after(async () => {
  await roles.remove();
  await folder.remove();
});

const place = (name: string): string => `folder:${join(folder.path, name)}`;

/** A command in the environment of a container of the service: its role alone, not the owner's. */
async function succeed(command: string, ...args: string[]): Promise<string> {
  const settings = {
    ...{ DATABASE_URL: databaseUrl, DATA_DIR: folder.path, IMAGE_STORE: place('samples') },
    ...{ ADMIN_PASSWORD: 'a password of some length', EXTRACT_PROCESSES: '1' },
  };
  const { code, stdout, stderr } = await runToEnd(
    process.execPath,
    [`commands/${command}.ts`, ...args],
    settings,
  );
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function count(table: string): Promise<number> {
  const [row] = await service.query<{ count: number }>(`select count(*)::integer from ${table}`);
  return row?.count ?? -1;
}

test("with the service's role an administrator is created, and given another password", async () => {
  assert.match(await succeed('createAdmin', '--login', login), /created operator@example\.org/);
  assert.match(await succeed('setPassword', '--login', login), /changed the password/);
});

test("with the service's role the database is filled with faces and events of several versions, some of them new", async () => {
  await succeed('seed', '--faces', '50', '--events', '20', '--versions', '1,3', '--account', login);
  assert.deepEqual(
    [await count('faces'), await count('events'), await count('face_descriptors')],
    [50, 20, 100],
  );
});

test("with the service's role photos are imported, repaired, and their store is moved", async () => {
  const photos = join(folder.path, 'photos');
  await mkdir(photos);
  await copyFile(samplePhotos[0] ?? '', join(photos, 'group.jpg'));
  const before = await count('faces');
  const order = [photos, '--account', login, '--list', 'guests', '--events'];
  assert.match(await succeed('import', ...order), /1 photos? used/);
  assert.ok((await count('faces')) > before);
  await succeed('import', ...order, '--repair');
  // Seeded samples have no images, and would be missing in the copy.
  await service.query('delete from samples where storage_key is null');
  assert.match(await succeed('samples', 'copy', place('samples'), place('moved')), /every sample/);
});

test("with the service's role the chain of the audit is checked", async () => {
  const key = join(folder.path, 'key.pem');
  await writeFile(key, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  // No API has run, so nothing is sealed.
  assert.match(await succeed('verifyAudit', '--key', key), /\d newer entries are not sealed yet/);
});
