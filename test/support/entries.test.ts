import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { planEntries, writeEntries } from './entries.ts';
import { createTestFolder, type TestFolder } from './folder.ts';

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('entries-test')));
after(() => folder.remove());

test('every file is run once: with others, or alone if it starts processes or is about its own', () => {
  const files = Array.from({ length: 30 }, (_, n) => `test/folder/${String(n).padStart(2, '0')}.test.ts`);
  const isAlone = (file: string) => Number(/\d+/.exec(file)) % 3 === 0;
  const entries = planEntries([...files, 'test/commands/demo.slow.ts'], (file) =>
    isAlone(file) ? `import { spawn } from 'node:child_process';` : `import test from 'node:test';`,
  );
  assert.deepEqual(entries.flat().sort(), [...files, 'test/commands/demo.slow.ts'].sort());
  assert.deepEqual(entries[0], ['test/commands/demo.slow.ts'], 'the longest begins first');
  for (const entry of entries) {
    if (entry.length === 1) continue;
    assert.ok(!entry.some(isAlone), entry.join(' '));
  }
  assert.deepEqual(
    entries.map(({ length }) => length).filter((length) => length > 1),
    [8, 8, 4],
  );
});

/** What the test runner says of files that share a process, each made of these lines. */
async function outcomeOf(texts: readonly string[]): Promise<string> {
  await mkdir(join(folder.path, 'files'), { recursive: true });
  const files = await Promise.all(
    texts.map(async (text, n) => {
      const file = join(folder.path, 'files', `${n}.mjs`);
      await writeFile(file, `import { after, before, beforeEach, test } from 'node:test';\n${text}`);
      return file;
    }),
  );
  const entries = await writeEntries([files], folder.path, 5_000);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--test', '--test-reporter=tap', ...entries],
      { env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
      (_error, stdout) => resolve(stdout),
    );
  });
}

test('hooks of a file that shares its process are for its own tests alone', async () => {
  const shared = pathToFileURL(join(folder.path, 'seen.mjs')).href;
  await writeFile(join(folder.path, 'seen.mjs'), 'export const seen = [];\n');
  const file = (name: string) => `
import { seen } from '${shared}';
before(() => void seen.push('before ${name}'));
beforeEach(() => void seen.push('each ${name}'));
after(() => { seen.push('after ${name}'); console.log(JSON.stringify(seen)); });
test('of ${name}', () => undefined);
`;
  const said = await outcomeOf([file('one'), file('two')]);
  assert.match(said, /^# pass 2$/m, said);
  assert.ok(said.includes('["before one","each one","after one","before two","each two","after two"]'), said);
});

test('a test, a hook and an import that fail fail the run, and the other files are run', async () => {
  const said = await outcomeOf([
    `test('wrong', () => { throw new Error('wrong'); });`,
    `before(() => { throw new Error('no hook'); }); test('hooked', () => undefined);`,
    `import './nowhere.mjs';`,
    `test('right', () => undefined);`,
  ]);
  for (const sentence of [/not ok \d+ - wrong/, /no hook/, /nowhere\.mjs/, / ok \d+ - right/]) {
    assert.match(said, sentence);
  }
  assert.match(said, /^# fail [1-9]/m);
});
