import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const run = promisify(execFile);
const fixture = fileURLToPath(new URL('fixtures/startAndStop.ts', import.meta.url));

let folder: TestFolder;

before(async () => {
  folder = await createTestFolder('stop');
});

after(() => folder.remove());

test('a program that does nothing but stop its servers comes to its own end', async () => {
  // With nothing else to wait for, node ends with status 13 in the middle of an await.
  for (const mode of ['fast', 'immediate', 'fast', 'immediate']) {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', fixture, folder.path, mode]);
    assert.equal(stdout, 'stopped\n');
  }
});
