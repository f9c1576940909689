import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { builtIn, readNetworks } from '../../extraction/catalogue/catalogue.ts';
import { findNetwork, isLocal, isRemote } from '../../extraction/catalogue/network.ts';
import { ConfigError } from '../../platform/config.ts';
import { createTestFolder } from '../support/folder.ts';

const folder = await createTestFolder('networks');
after(() => folder.remove());

const remote = { kind: 'face', version: 4, dimension: 512, attributes: true, url: 'http://one/' } as const;

let files = 0;
async function read(text: string) {
  const extractorsFile = join(folder.path, `${++files}.yaml`);
  await writeFile(extractorsFile, text);
  return readNetworks({ extractorsFile, remoteExtractors: [] });
}

const isFault = (wanted: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConfigError, String(error));
  assert.match(error.message, wanted);
  return true;
};

const arcface = `
  - version: 7
    kind: face
    name: arcface
    model: arcface.onnx
    input: { width: 112, height: 112, crop: alignment, mean: 127.5, std: 127.5 }
    outputs: { descriptor: { length: 512 } }
`;

test('without a file the networks are those that come with the service', () => {
  const networks = readNetworks({ extractorsFile: undefined, remoteExtractors: [] });
  assert.deepEqual(
    networks.map(({ kind, version }) => `${kind} ${version}`),
    ['face 1', 'attributes 1', 'face 2', 'attributes 2', 'face 3', 'body 101'],
  );
});

test('a file adds a network to the built-in ones, or stands in their place', async () => {
  const beside = await read(`extends: built-in\nextractors:${arcface}`);
  assert.equal(beside.length, builtIn.length + 1);
  const alone = await read(`extractors:${arcface}`);
  const [network] = alone.filter(isLocal);
  assert.equal(alone.length, 1);
  assert.equal(network?.model, join(folder.path, 'arcface.onnx'));
  assert.deepEqual([network.input.layout, network.input.channels, network.batch], ['NCHW', 'RGB', 16]);
});

test('all that is wrong with a file is told at once, with its place', async () => {
  const text = `
extractors:
  - version: 0
    kind: face
    name: 'no name'
    model: a.onnx
    input: { width: 112, height: 112, layuot: NCHW }
    outputs: { descriptor: { length: 512 } }
  - version: 8
    kind: body
    name: both
    model: b.onnx
    server: { protocol: json, url: 'ftp://host' }
    outputs: { descriptor: { length: 512 } }
`;
  await assert.rejects(read(text), (error) => {
    assert.ok(error instanceof ConfigError);
    for (const place of ['extractors.0.version', 'extractors.0.name', 'layuot', 'extractors.1.server.url']) {
      assert.ok(error.message.includes(place), `${place} in ${error.message}`);
    }
    return true;
  });
});

const faulty: readonly [what: string, text: string, said: RegExp][] = [
  ['is empty', '', /expected a document/],
  ['is no YAML', 'extractors: [', /EXTRACTORS_FILE .*\.yaml/],
  ['names a version twice', `extractors:${arcface}${arcface}`, /face version 7 has an extractor already/],
  [
    'has a built-in version again',
    `extends: built-in\nextractors:${arcface.replace('version: 7', 'version: 3')}`,
    /face version 3 has an extractor already/,
  ],
  ['has neither model nor server', `extractors:${arcface.replace(/ +model.*\n/, '')}`, /model or server/],
  ['has no input', `extractors:${arcface.replace(/ +input.*\n/, '')}`, /input is required/],
  [
    'cuts beyond the sample',
    `extractors:${arcface.replace('crop: alignment', 'crop: { left: 200, top: 0, width: 112, height: 112 }')}`,
    /250×250/,
  ],
  ['divides by nothing', `extractors:${arcface.replace('std: 127.5', 'std: 0')}`, /not 0/],
];
for (const [what, text, said] of faulty) {
  test(`a file that ${what} is refused`, () => assert.rejects(read(text), isFault(said)));
}

test('a file that is missing is refused', () => {
  const extractorsFile = join(folder.path, 'none.yaml');
  assert.throws(() => readNetworks({ extractorsFile, remoteExtractors: [] }), isFault(/none\.yaml/));
});

test('REMOTE_EXTRACTORS stand beside them; one that tells attributes is two', () => {
  const networks = readNetworks({ extractorsFile: undefined, remoteExtractors: [remote] });
  assert.equal(networks.length, builtIn.length + 2);
  assert.equal(networks.filter(isRemote).length, 2);
  assert.ok(findNetwork(networks, 4, 'attributes') !== null);
});

test('two extractors for one version of a kind are refused at the start', () => {
  const withRemotes = (...remoteExtractors: (typeof remote)[]) =>
    readNetworks({ extractorsFile: undefined, remoteExtractors });
  assert.throws(() => withRemotes({ ...remote, version: 3 as 4 }), ConfigError);
  assert.throws(() => withRemotes(remote, remote), ConfigError);
});
