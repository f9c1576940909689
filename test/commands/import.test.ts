import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAdmin } from '../../commands/adminAccount.ts';
import { samplePhotos } from '../../extraction/photoFiles.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const login = 'importer@example.org';

let database: TestDatabase;
let folder: TestFolder;
let photos: string;

before(async () => {
  database = await createTestDatabase();
  await createAdmin(database.url, login, 'secret');
  folder = await createTestFolder('import-command');
  photos = join(folder.path, 'photos');
  await mkdir(join(photos, 'deeper'), { recursive: true });
  await copyFile(samplePhotos[0] ?? '', join(photos, 'deeper', 'group.jpg'));
  await writeFile(join(photos, 'broken.jpg'), 'no picture');
  await writeFile(join(photos, 'notes.txt'), 'no picture either');
});

after(async () => {
  await database.drop();
  await folder.remove();
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runImport(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const settings = {
      DATABASE_URL: database.url,
      IMAGE_STORE: `folder:${join(folder.path, 'samples')}`,
      EXTRACT_PROCESSES: '1',
      ...env,
    };
    execFile(
      process.execPath,
      ['commands/import.ts', ...args],
      { cwd: root, env: { ...process.env, ...settings } },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

test('a folder is imported, and what could not be used is said with the reason', async () => {
  const { code, stdout, stderr } = await runImport([
    photos,
    '--account',
    login,
    '--list',
    'guests',
    '--copies',
    '1',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /1 photos used, 3 faces found/);
  assert.match(stdout, /6 faces added, 0 were there already/);
  assert.match(stdout, /list [0-9a-f-]{36}/);
  assert.match(stdout, /broken\.jpg: .*unsupported image format/);
  assert.match(stdout, /notes\.txt: not named like a photo/);
  assert.match(stderr, /2\/2 photos/);
  const again = await runImport([photos, '--account', login, '--list', 'guests', '--copies', '1']);
  assert.match(again.stdout, /0 faces added, 6 were there already/);
});

test('nothing is imported while the folder of samples is not the one that it was', async () => {
  const samples = join(folder.path, 'samples');
  const run = (name: string) => {
    const photo = join(folder.path, name);
    return runImport([photo, '--account', login], { IMAGE_STORE: `folder:${samples}` });
  };
  const more = join(folder.path, 'more');
  await mkdir(more);
  await copyFile(samplePhotos[1] ?? '', join(more, 'one.jpg'));
  assert.equal((await run('photos')).code, 0);
  await rename(samples, `${samples}-away`);
  await mkdir(samples);
  const { code, stdout, stderr } = await run('more');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /Sample store unavailable: the folder .*\/samples has no mark, where the mark [0-9a-f-]{36}/,
  );
  assert.deepEqual(await readdir(samples), []);
  await rm(samples, { recursive: true });
  await rename(`${samples}-away`, samples);
  assert.equal((await run('more')).code, 0);
});

for (const [what, args] of [
  ['an unknown account', () => [photos, '--account', 'nobody@example.org']],
  ['a folder that is not there', () => [join(photos, 'elsewhere'), '--account', login]],
  ['no account at all', () => [photos]],
  ['an unknown option', () => [photos, '--account', login, '--copys', '3']],
] as const) {
  test(`${what} is wrong usage`, async () => {
    const { code, stdout } = await runImport(args());
    assert.equal(code, 2);
    assert.equal(stdout, '');
  });
}

test('a folder without a single face is a failure', async () => {
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  const { code, stderr } = await runImport([empty, '--account', login]);
  assert.equal(code, 1);
  assert.match(stderr, /no photo could be used/);
});
