import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { testTemporalAddress } from '../support/servers/database.ts';

/** The arguments of every process that can be read. */
async function commandLines(): Promise<string[][]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.split('\0'));
}

test('the embedded Temporal does not ask its makers for newer versions, and so tells them nothing', async () => {
  const port = testTemporalAddress().split(':').at(-1) ?? '';
  const server = (await commandLines()).find((args) => args.includes('start-dev') && args.includes(port));
  assert.ok(server?.includes('frontend.enableServerVersionCheck=false'), JSON.stringify(server));
});
