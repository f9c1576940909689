import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../embedded/runProgram.ts';
import { plainEnvironment } from '../../platform/childEnvironment.ts';
import { createTestFolder } from '../support/folder.ts';

const program = fileURLToPath(new URL('fixtures/openNetwork.ts', import.meta.url));
const network = fileURLToPath(new URL('../../extraction/networks/stripes.onnx', import.meta.url));

test('a network is opened without an id of the machine, and without a queue of what its maker is to be told', async () => {
  const home = await createTestFolder('home');
  try {
    const env = { ...plainEnvironment(), HOME: home.path };
    const { stderr } = await runProgram(process.execPath, [program, network], { env });
    assert.deepEqual(await readdir(home.path, { recursive: true }), []);
    assert.doesNotMatch(stderr, /telemetry/i);
  } finally {
    await home.remove();
  }
});
