import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSortedHashes, SortedHashesError } from '../../../platform/crypto/sortedHashes.ts';
import { createTestFolder } from '../../support/folder.ts';

const folder = await createTestFolder('hashes');
after(() => folder.remove());

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();
const lineOf = (text: string, index: number): string => `${sha1(text)}:${7 ** (index % 9)}`;

async function fileOf(lines: readonly string[], newline = '\n', end = newline) {
  const path = join(folder.path, `${sha1(lines.join(newline) + newline + end)}.txt`);
  await writeFile(path, lines.join(newline) + end);
  return createSortedHashes(path);
}

test('each line of a long file is found, whatever its place, and nothing else', async () => {
  const texts = Array.from({ length: 3_000 }, (_, index) => `password ${index}`);
  const lines = texts.map(lineOf).sort();
  for (const [newline, end] of [
    ['\n', '\n'],
    ['\r\n', '\r\n'],
    ['\n', ''],
  ] as const) {
    const hashes = await fileOf(lines, newline, end);
    await hashes.check();
    for (const text of texts) assert.ok(await hashes.has(sha1(text)), `${text} ${JSON.stringify(newline)}`);
    for (let index = 0; index < 500; index++) assert.ok(!(await hashes.has(sha1(`other ${index}`))));
    for (const end of ['0'.repeat(40), 'F'.repeat(40)]) assert.ok(!(await hashes.has(end)));
  }
});

test('the lines around each hash of a file of some lines are found, with small letters too', async () => {
  for (const count of [1, 2, 90, 91, 92, 93, 94]) {
    const texts = Array.from({ length: count }, (_, index) => `few ${index}`);
    const hashes = await fileOf(texts.map(lineOf).sort());
    await hashes.check();
    for (const text of texts) assert.ok(await hashes.has(sha1(text).toLowerCase()), `${text} of ${count}`);
    assert.ok(!(await hashes.has(sha1('none'))));
  }
});

test('a file that is empty, not ordered, cut off or of other hashes is refused', async () => {
  const lines = Array.from({ length: 400 }, (_, index) => lineOf(`p${index}`, index)).sort();
  const faults: readonly (readonly [Promise<ReturnType<typeof createSortedHashes>>, RegExp])[] = [
    [fileOf([], '\n', ''), /it is empty/],
    [fileOf([...lines].reverse()), /not ordered by hash/],
    [fileOf([...lines, ...lines.slice(0, 3)]), /not ordered by hash/],
    [fileOf([...lines, 'FFFF'], '\n', ''), /not SHA-1:count/],
    [fileOf(lines.map((line) => line.slice(0, 32))), /not SHA-1:count/],
  ];
  for (const [file, message] of faults)
    await assert.rejects((await file).check(), (error) => {
      assert.ok(error instanceof SortedHashesError);
      assert.match(error.message, message);
      return true;
    });
  await assert.rejects(createSortedHashes(join(folder.path, 'missing')).check(), /ENOENT/);
});
