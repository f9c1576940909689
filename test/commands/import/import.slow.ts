import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAdmin } from '../../../commands/accounts/adminAccount.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { runToEnd, type Ended } from '../../support/runToEnd.ts';

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
  const group = await readFile(samplePhotos[0] ?? '');
  await writeFile(join(photos, 'endless.jpg'), group.subarray(0, -2));
  await writeFile(Buffer.from(join(photos, 'caf\xe9.jpg'), 'latin1'), group);
  await symlink(join('deeper', 'group.jpg'), join(photos, 'linked.jpg'));
  await mkdir(join(photos, '@eaDir'));
  for (const name of ['.hidden.jpg', '._group.jpg', '@eaDir/group.jpg'])
    await writeFile(join(photos, name), 'not an image');
  await copyFile(
    new URL('../../extraction/pictures/fixtures/quadrants.heic', import.meta.url),
    join(photos, 'nobody.heic'),
  );
  await symlink('..', join(photos, 'deeper', 'loop'));
  await symlink('nowhere.jpg', join(photos, 'gone.jpg'));
  execFileSync('mkfifo', [join(photos, 'pipe.jpg')]);
  await writeFile(join(photos, 'bell\x1b[2J.jpg'), '');
  await writeFile(join(photos, 'broken.jpg'), 'not an image');
  await writeFile(join(photos, 'notes.txt'), 'not an image either');
});

after(async () => {
  await database.drop();
  await folder.remove();
});

function runImport(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runToEnd(process.execPath, ['commands/import.ts', ...args], {
    DATABASE_URL: database.url,
    IMAGE_STORE: `folder:${join(folder.path, 'samples')}`,
    EXTRACT_PROCESSES: '1',
    ...env,
  });
}

test('all that is good is imported, the rest told in a table, and a second run repairs what was lost', async () => {
  const report = join(folder.path, 'report.csv');
  const args = [photos, '--account', login, '--list', 'guests', '--copies', '1', '--report', report];
  const { code, stdout, stderr } = await runImport(args);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /some files that look like photos were skipped/);
  assert.match(stderr, /7\/7 photos/);
  assert.match(stdout, /4 photos used, 12 faces found/);
  assert.match(stdout, /12 faces added, 12 already existed/);
  assert.match(stdout, /list [0-9a-f-]{36}/);
  assert.match(stdout, /3 files and folders excluded by their names/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(stdout + stderr, /\x1b/);
  const table = stdout.slice(stdout.indexOf('skipped:')).split('\n').slice(3, -1);
  assert.deepEqual(
    table.map((line) => line.replace(/ {2,}/, ': ')),
    [
      'bell\\x1b[2J.jpg: an empty file',
      'broken.jpg: Input buffer contains unsupported image format',
      'nobody.heic: no face found',
      'gone.jpg: a link that cannot be followed: ENOENT: no such file or directory',
      'pipe.jpg: a device, pipe or socket, not a file',
      'deeper/loop: a link to a folder: import that folder too, or exclude the link',
      'notes.txt: not a photo by its name',
    ],
  );
  const lines = (await readFile(report, 'utf8')).trim().split('\n');
  assert.deepEqual([lines[0], lines.length], ['file,reason', 1 + table.length]);

  const samples = join(folder.path, 'samples');
  for (const name of await readdir(samples)) {
    if (name !== '.luna-admin-store') await rm(join(samples, name), { recursive: true });
  }
  const bad = ['broken.jpg', 'nobody.heic', 'gone.jpg', 'pipe.jpg', 'bell*'];
  const exclude = bad.flatMap((pattern) => ['--exclude', pattern]);
  const again = await runImport([...args, ...exclude, '--repair']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /0 faces added, 24 already existed\n12 samples and 0 descriptors restored/);
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
  assert.equal((await run('more')).code, 0);
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
