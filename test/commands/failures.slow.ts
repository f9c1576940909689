import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAdmin } from '../../commands/accounts/adminAccount.ts';
import { createDatabase } from '../../db/sql/connection.ts';
import { createTestDatabase, type TestDatabase } from '../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { runToEnd, type Ended } from '../support/runToEnd.ts';
import { mountSmallDisk } from '../support/smallDisk.ts';

const login = 'fails@example.org';

let database: TestDatabase;
let folder: TestFolder;
let silent: Server;

before(async () => {
  database = await createTestDatabase();
  await createAdmin(database.url, login, 'secret');
  folder = await createTestFolder('failures');
  await mkdir(join(folder.path, 'photos'));
  await writeFile(join(folder.path, 'signed.json'), '{}');
  // It takes connections and never says a word.
  silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
});

after(async () => {
  silent.close();
  await database.drop();
  await folder.remove();
});

/** A command line as a shell takes it, `$node` before it. */
function run(line: string, env: Record<string, string> = {}): Promise<Ended> {
  const settings = { DATABASE_URL: database.url, DATA_DIR: folder.path, ADMIN_PASSWORD: 'a long secret' };
  return runToEnd('bash', ['-c', `set -o pipefail; ${line}`], {
    node: process.execPath,
    ...settings,
    ...env,
  });
}

function assertSentence({ code, stderr }: Ended, sentence: RegExp): void {
  assert.ok(code > 0, `status ${code}: ${stderr}`);
  assert.match(stderr, sentence);
  assert.doesNotMatch(stderr, /^ +at |\bnode:internal\b/m);
}

function lineOf(
  name: 'import' | 'seed' | 'migrate' | 'create-admin',
  newLogin = 'other@example.org',
): string {
  return {
    import: `$node commands/import.ts ${folder.path}/photos --account ${login}`,
    seed: `$node commands/seed.ts --faces 10 --account ${login}`,
    migrate: '$node commands/migrate.ts',
    'create-admin': `$node commands/createAdmin.ts --login ${newLogin}`,
  }[name];
}

test('create-admin says at once that its database is silent, unknown or nowhere', async () => {
  const line = lineOf('create-admin');
  const { port } = silent.address() as AddressInfo;
  const at = (url: string) => run(line, { DATABASE_URL: url });
  assertSentence(await at(`postgres://luna@127.0.0.1:${port}/luna`), /does not answer within 5 s/);
  const unmade = database.url.replace(/\/[^/]*$/, '/nobody_made_this');
  assertSentence(await at(unmade), /nobody_made_this does not exist/);
  assertSentence(
    await at('postgres://luna@no-such-host.invalid/luna'),
    /no-such-host\.invalid\/luna cannot be found/,
  );
});

for (const name of ['import', 'seed', 'migrate', 'create-admin'] as const) {
  test(`${name} says that its database is not there, or that its role has no rights`, async () => {
    const refused = await run(lineOf(name), { DATABASE_URL: 'postgres://luna@127.0.0.1:1/luna' });
    assertSentence(refused, /The database at 127\.0\.0\.1:1\/luna refuses connections/);
    const db = createDatabase({ url: database.url, applicationName: 'test', maxConnections: 1 });
    const role = `rightless_${process.pid}`;
    try {
      await db.query(`create role ${role} login password 'x'`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'x';
      assertSentence(
        await run(lineOf(name), { DATABASE_URL: url.href }),
        /permission denied .*needs more rights/,
      );
    } finally {
      await db.query(`drop role ${role}`);
      await db.close();
    }
  });
}

test('a command whose output nobody reads, or that cannot be written, has failed', async () => {
  for (const name of ['import', 'seed', 'migrate', 'create-admin'] as const) {
    assertSentence(await run(`${lineOf(name)} | true`), /The output of this command is no longer read/);
  }
  assertSentence(await run('$node commands/migrate.ts > /dev/full'), /cannot be written: .*ENOSPC/);
  assertSentence(await run('$node chaos/main.ts --dry --kills 10000 | head -1'), /is no longer read/);
});

test('each command refuses what it does not know', async () => {
  const wrong: readonly [string, RegExp][] = [
    ['import.ts', /missing required argument 'dir'|required option '--account/],
    ['import.ts /nowhere --account x', /\/nowhere is not a folder/],
    ['import.ts . --account x --min-quality 2', /number from 0 to 1/],
    ['import.ts . --account x --list ""', /1 to 128 characters/],
    ['seed.ts --faces many', /whole number/],
    ['migrate.ts now', /too many arguments/],
    ['createAdmin.ts --login nobody', /e-mail address/],
    ['verifySysInfo.ts', /missing required argument 'file'/],
    ['checkApi.ts --phases fuzing', /Unknown phase 'fuzing'/],
    ['../bench/main.ts speed', /Allowed choices/],
    ['../chaos/main.ts --kills none', /whole number/],
  ];
  for (const [line, sentence] of wrong) {
    const ended = await run(`$node commands/${line}`);
    assert.equal(ended.code, 2, line);
    assertSentence(ended, sentence);
  }
});

test('worker and import do not begin with a network that cannot be run', async () => {
  const file = join(folder.path, 'extractors.yaml');
  const model = join(folder.path, 'cut.onnx');
  await writeFile(model, (await readFile('extraction/networks/mobileface.onnx')).subarray(0, 1_000_000));
  await writeFile(
    file,
    `extractors:
  - version: 7
    kind: face
    name: own
    model: ${model}
    input: { width: 112, height: 112 }
    outputs: { descriptor: { length: 256 } }`,
  );
  const env = { EXTRACTORS_FILE: file, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  for (const line of ['$node temporal/worker.ts', lineOf('import')]) {
    const ended = await run(line, env);
    assert.equal(ended.code, 2, ended.stderr);
    assertSentence(
      ended,
      /face version 7 \(own\), .*cut\.onnx: the file is incomplete: it has 1000000 bytes/,
    );
  }
});

test('verify-sys-info says what is wrong with its file, its key and the address of it', async () => {
  const { port } = silent.address() as AddressInfo;
  const file = join(folder.path, 'signed.json');
  const verify = (args: string) => run(`$node commands/verifySysInfo.ts ${args}`);
  assertSentence(await verify(`${file}.old`), /signed\.json\.old cannot be read/);
  assertSentence(await verify('README.md'), /README\.md does not hold a JSON object/);
  assertSentence(await verify(`${file} --key README.md`), /README\.md does not hold a PEM key/);
  for (const closed of [1, port]) {
    const key = `http://127.0.0.1:${closed}/docs/sys-info.pub`;
    assertSentence(await verify(`${file} --key ${key}`), /sys-info\.pub does not answer/);
  }
});

test('a full disk is told by what needs one', async () => {
  const disk = await mountSmallDisk(1, folder.path);
  const fresh = await createTestDatabase();
  try {
    await createAdmin(fresh.url, login, 'secret');
    await disk.fill();
    const store = { DATABASE_URL: fresh.url, IMAGE_STORE: `folder:${join(disk.path, 'samples')}` };
    assertSentence(await run(lineOf('import'), store), /disk is full/i);
    for (const line of ['bench/main.ts gc --faces 1 --runs 1', 'chaos/main.ts --seed 1 --kills 1']) {
      assertSentence(
        await run(`$node ${line}`, { TMPDIR: disk.path, DATABASE_URL: '' }),
        /disk is full|No space left/i,
      );
    }
  } finally {
    await fresh.drop();
    await disk.remove();
  }
});
