import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const run = promisify(execFile);
const fixture = fileURLToPath(new URL('fixtures/waitForExit.ts', import.meta.url));

let folder: TestFolder;

before(async () => {
  folder = await createTestFolder('launch');
});

after(() => folder.remove());

test('a program that only waits for its server to end waits', async () => {
  // With nothing else to do, node would end with status 13 in the middle of the await.
  const { stdout } = await run(process.execPath, [fixture, folder.path]);
  assert.equal(stdout, 'stopped\n');
});
