import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  createExclude,
  defaultExcludes,
  readPhotoFolder,
  type FolderContent,
} from '../../../commands/import/photoFolder.ts';
import { printablePath } from '../../../platform/printable.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';

const nobody = 65_534;

let folder: TestFolder;
let outside: TestFolder;

before(async () => {
  folder = await createTestFolder('photos');
  outside = await createTestFolder('elsewhere');
  // Test folders are closed to others.
  for (const each of [folder, outside]) await chmod(each.path, 0o755);
  const at = (...names: string[]) => join(folder.path, ...names);
  for (const name of ['deep/er', 'closed', '.hidden', '@eaDir', 'old'])
    await mkdir(at(name), { recursive: true });
  for (const name of ['a.jpg', 'deep/er/b.PNG', 'closed/c.jpg', '.hidden/d.jpg', '._a.jpg', '@eaDir/a.jpg'])
    await writeFile(at(name), 'x');
  for (const name of ['old/e.jpg', 'old/f.webp', 'notes.txt', 'bell\x07.jpg']) await writeFile(at(name), 'x');
  await writeFile(Buffer.from(at('caf\xe9.jpg'), 'latin1'), 'x');
  await mkdir(Buffer.from(at('d\xe9p\xf4t'), 'latin1'));
  await writeFile(Buffer.from(at('d\xe9p\xf4t/g.jpg'), 'latin1'), 'x');
  await writeFile(join(outside.path, 'h.jpg'), 'x');
  await symlink(join(outside.path, 'h.jpg'), at('linked.jpg'));
  await symlink(outside.path, at('far'));
  await symlink('..', at('deep', 'loop'));
  await symlink('nowhere.jpg', at('broken.jpg'));
  await symlink('round.jpg', at('round.jpg'));
  await mkdir(at('folder.jpg'));
  execFileSync('mkfifo', [at('pipe.jpg')]);
  await chmod(at('closed'), 0);
});

after(async () => {
  await chmod(join(folder.path, 'closed'), 0o755);
  await folder.remove();
  await outside.remove();
});

/** As somebody whom a folder can be closed to: nothing is closed to root. */
async function readAsNobody(exclude: readonly string[]): Promise<FolderContent> {
  const user = process.geteuid?.();
  if (user === 0) process.seteuid?.(nobody);
  try {
    return await readPhotoFolder(folder.path, createExclude(exclude));
  } finally {
    if (user === 0) process.seteuid?.(0);
  }
}

const shown = (path: string | Buffer) => printablePath(path).slice(folder.path.length + 1);

test('every photo under a folder is found, whatever else is there and whatever it is called', async () => {
  const { photos, excluded } = await readAsNobody(defaultExcludes);
  assert.deepEqual(photos.map(shown), [
    'a.jpg',
    'bell\\x07.jpg',
    'caf\\xe9.jpg',
    'deep/er/b.PNG',
    'd\\xe9p\\xf4t/g.jpg',
    'linked.jpg',
    'old/e.jpg',
    'old/f.webp',
  ]);
  assert.equal(excluded, 3);
});

test('what is not brought in is told with the reason, and whether a photo may be missed by it', async () => {
  const { leftOut } = await readAsNobody(defaultExcludes);
  const told = leftOut.map(
    ({ file, reason, isMissed }) => `${isMissed ? '!' : ' '} ${shown(file)}: ${reason}`,
  );
  assert.deepEqual(told, [
    '! broken.jpg: a link that cannot be followed: ENOENT: no such file or directory',
    '! closed: this folder cannot be read: EACCES: permission denied',
    '  deep/loop: a link to a folder: import that folder too, or exclude the link',
    '! far: a link to a folder: import that folder too, or exclude the link',
    '  notes.txt: not a photo by its name',
    '! pipe.jpg: a device, pipe or socket, not a file',
    '! round.jpg: a link that cannot be followed: ELOOP: too many symbolic links encountered',
  ]);
});

test('patterns leave out names anywhere, or paths from the folder on, with what lies below', async () => {
  const patterns = ['*.webp', 'closed', '/far', 'deep/**/*.PNG', '*.jpg', 'd?p?t'];
  const { photos, leftOut } = await readAsNobody(patterns);
  assert.deepEqual(photos.map(shown), []);
  assert.deepEqual(
    leftOut.map(({ file }) => shown(file)),
    ['deep/loop', 'notes.txt'],
  );
});
