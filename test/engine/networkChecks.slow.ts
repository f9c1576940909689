import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readNetworks } from '../../extraction/catalogue/catalogue.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { basic } from '../support/rows/basic.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';
import { createClient, type Client } from '../support/servers/documentedClient.ts';
import { waitFor } from '../support/waitFor.ts';

const tiny = fileURLToPath(new URL('../extraction/check/fixtures/thumbnail.onnx', import.meta.url));

let folder: TestFolder;
let engine: Engine;
let api: ApiServer;
let call: Client;

const entry = (version: number, model: string): string => `  - version: ${version}
    kind: face
    name: own${version}
    model: ${model}
    input: { width: 16, height: 16 }
    outputs: { descriptor: { length: 192 } }
`;

before(async () => {
  folder = await createTestFolder('networks');
  const file = join(folder.path, 'networks.yaml');
  await copyFile(tiny, join(folder.path, 'broken.onnx'));
  await writeFile(file, `extends: built-in\nextractors:\n${entry(7, tiny)}${entry(8, 'broken.onnx')}`);
  engine = await startEngine({
    workers: ['orchestrate,extract'],
    // What others are compared with: the smallest there is.
    env: {
      ...{ EXTRACTORS_FILE: file, DEFAULT_DESCRIPTOR_VERSION: '7' },
      ...{ ADMIN_LOGIN: rootLogin, ADMIN_PASSWORD: rootPassword },
    },
  });
  api = await startApiServer({
    // The engine's own, which it removes itself.
    besides: {
      testDatabase: { url: engine.running().databaseUrl, drop: () => Promise.resolve() },
      imageFolder: { path: join(engine.folder, 'samples'), remove: () => Promise.resolve() },
    },
    networks: readNetworks({ extractorsFile: file, remoteExtractors: [] }),
  });
  // The orders reach nobody: the reconciler finds their rows.
  api.setEngine(false);
  call = await createClient(api.url);
});

after(async () => {
  await api.close();
  await engine.stop();
  await folder.remove();
});

const html = { ...basic(rootLogin, rootPassword), accept: 'text/html' };
const pageOf = async (path: string): Promise<string> =>
  (await fetch(`${api.url}${path}`, { headers: html })).text();

/** As a browser without scripts does. */
async function press(version: number): Promise<void> {
  const page = await pageOf(`/networks/${version}/view`);
  const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const answer = await fetch(`${api.url}/networks/${version}/check`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...html, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: token }),
  });
  assert.deepEqual(
    [answer.status, answer.headers.get('location')],
    [303, `/networks/${version}/view`],
    await answer.text(),
  );
}

const newest = async (version: number) => {
  const { body } = await call('GET', `/4/networks/${version}`);
  return body.checks[0] ?? assert.fail('there is no check');
};
const ended = (version: number) =>
  waitFor(`the check of version ${version}`, async () => {
    const check = await newest(version);
    return check.end_time !== null && check;
  });

test('a check that is pressed twice is one, and goes on after its worker was killed, up to a report on the page', async () => {
  await press(3);
  await press(3);
  assert.match(await pageOf('/networks/3/view'), /Waiting|Being checked/);
  await waitFor('the check to run', async () => (await newest(3)).state === 'running');
  engine.running().kill('worker-1', 'SIGKILL');

  const check = await ended(3);
  assert.deepEqual([check.state, check.is_fit, check.attempts, check.failure], ['done', true, 2, null]);
  assert.equal((await call('GET', '/4/networks/3')).body.checks.length, 1);

  const page = await pageOf('/networks/3/view');
  for (const part of [
    /Fit for use\./,
    /220 samples of 22 people/,
    /float32 \[batch, 3, 112, 112\]/,
    /<th scope="col" class="num">Version 7, the default<\/th>/,
    /Rank-1<\/th><td class="num">[\d.]+ %<\/td><td class="num">[\d.]+ %/,
    /role="img" aria-label="Distribution of cosines from/,
    /channels: BGR/,
  ]) {
    assert.match(page, part);
  }
});

test('a network that cannot be opened is not fit, and the list says why', async () => {
  // As when somebody copies a file half; a worker that starts now would refuse it.
  await writeFile(join(folder.path, 'broken.onnx'), 'this is no network');
  await press(8);
  const check = await ended(8);
  assert.deepEqual([check.state, check.is_fit], ['done', false]);
  assert.match(check.faults.join(), /^The network cannot be run: .*not an ONNX model/);
  assert.match(await pageOf('/networks/view'), /Not fit[^]*The network cannot be run/);
});
