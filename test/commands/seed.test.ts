import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { announceDatabase } from '../../commands/system/databaseUrl.ts';
import { createAdmin } from '../../commands/accounts/adminAccount.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { runToEnd, type Ended } from '../support/runToEnd.ts';

const login = 'seed@example.org';

let folder: TestFolder;
let testDatabase: TestDatabase;
let db: Database;
let withdraw: () => Promise<void>;

before(async () => {
  folder = await createTestFolder('seed');
  testDatabase = await createTestDatabase();
  db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 2 });
  await createAdmin(testDatabase.url, login, 'secret');
  withdraw = await announceDatabase(folder.path, testDatabase.url);
});

after(async () => {
  await db.close();
  await testDatabase.drop();
  await folder.remove();
});

function seed(...args: string[]): Promise<Ended> {
  const settings = { DATA_DIR: folder.path, DATABASE_URL: '' };
  return runToEnd(process.execPath, ['commands/seed.ts', ...args], settings);
}

async function rows(): Promise<unknown> {
  return db.query(
    `select f.face_id, f.create_time, d.descriptor_version, md5(d.descriptor) as descriptor
     from faces f join face_descriptors d using (face_id) order by f.face_id, d.descriptor_version`,
  );
}

test('seeding finds the database of the npm start on the same DATA_DIR', async () => {
  const { code, stdout, stderr } = await seed(
    '--faces',
    '100',
    '--events',
    '20',
    '--versions',
    '1,3',
    '--account',
    login,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /100 faces and 20 events of seed@example\.org/);
  const [counts] = await db.query(
    `select (select count(*) from faces) as faces, (select count(*) from attributes) as attributes,
       (select count(*) from samples) as samples, (select count(*) from list_faces) as linked,
       (select count(*) from face_descriptors where descriptor_version = 3 and length(descriptor) = 1024) as v3,
       (select count(*) from events) as events,
       (select count(*) from event_descriptors where length(descriptor) = 512) as event_descriptors`,
  );
  assert.deepEqual(counts, {
    faces: 100,
    attributes: 100,
    samples: 120,
    linked: 100,
    v3: 100,
    events: 20,
    event_descriptors: 20,
  });
});

test('seeded descriptors are different vectors of length one', async () => {
  const stored = await db.query<{ descriptor: Buffer }>(
    'select descriptor from face_descriptors where descriptor_version = 1',
  );
  for (const { descriptor } of stored) {
    let sum = 0;
    for (let at = 0; at < descriptor.length; at += 4) sum += descriptor.readFloatLE(at) ** 2;
    assert.ok(Math.abs(sum - 1) < 1e-5, String(sum));
  }
  assert.equal(new Set(stored.map(({ descriptor }) => descriptor.toString('hex'))).size, 100);
});

test('the same seed makes the same rows, so a second time adds none', async () => {
  const first = await rows();
  assert.equal((await seed('--faces', '100', '--versions', '1,3', '--account', login)).code, 0);
  assert.deepEqual(await rows(), first);
});

test('a seed whose rows the database refuses ends by itself, with status 1 and the reason in one line', async () => {
  await db.query('alter table faces add constraint full_up check (false) not valid');
  try {
    const { code, stderr } = await seed('--faces', '20', '--seed', '2', '--account', login);
    assert.equal(code, 1);
    assert.match(stderr, /^new row for relation "faces" violates check constraint "full_up"$/m);
    assert.doesNotMatch(stderr, /^ +at /m);
  } finally {
    await db.query('alter table faces drop constraint full_up');
  }
});

test('wrong use ends with status 2 and says what is wrong', async () => {
  const typo = await seed('--face', '3');
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /--faces/);
  const stranger = await seed('--faces', '3', '--account', 'nobody@example.org');
  assert.equal(stranger.code, 2);
  assert.match(stranger.stderr, /no account nobody@example\.org/);
  const network = await seed('--faces', '3', '--account', login, '--versions', '1,999');
  assert.equal(network.code, 2);
  assert.match(network.stderr, /no network has the version '999'/);
  await withdraw();
  const nowhere = await seed('--faces', '3', '--account', login);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /npm start is not running on/);
});
