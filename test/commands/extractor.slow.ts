import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { samplePhotos } from '../../extraction/pictures/photoFiles.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { runToEnd, type Ended } from '../support/runToEnd.ts';

const mobileface = fileURLToPath(new URL('../../extraction/networks/mobileface.onnx', import.meta.url));

let folder: TestFolder;

before(async () => {
  folder = await createTestFolder('extractor');
});

after(() => folder.remove());

function extractor(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runToEnd(process.execPath, ['commands/extractor.ts', ...args], { DATA_DIR: folder.path, ...env });
}

/** Checks version 3's network by an entry of one's own; two copies of a person are enough to see a mistake. */
async function checkOwn(input: string, ...args: string[]): Promise<Ended> {
  const file = join(folder.path, 'own.yaml');
  await writeFile(
    file,
    `extractors:
  - version: 7
    kind: face
    name: own
    model: ${mobileface}
    input: { width: 112, height: 112, crop: alignment${input} }
    outputs: { descriptor: { length: 256 } }
    batch: 8
`,
  );
  return extractor(['check', '7', '--copies', '2', ...args], { EXTRACTORS_FILE: file });
}

test('version 3 is fit, shown beside the default version and drawn', async () => {
  const svg = join(folder.path, 'three.svg');
  const { code, stdout } = await extractor(['check', '3', '--copies', '2', '--svg', svg]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^face version 3 \(mobileface\)/);
  for (const part of [
    /SHA-256 +1624cf6ba\w+, as the entry says/,
    /float32 \[batch, 3, 112, 112\] +float32 \[n, 3, 112, 112\]/,
    /ms a sample alone, .* in a batch of 8/,
    /44 samples of 22 people/,
    /norm before scaling to 1: \d/,
    /version 3 +version 1, the default/,
    /^rank-1 +[\d.]+ % +[\d.]+ %$/m,
    /^EER \(equal error rate\) +[\d.]+ % +[\d.]+ %$/m,
    /^ +0\.00 .*█/m,
    /Fit for use\.\n$/,
  ]) {
    assert.match(stdout, part);
  }
  assert.match(await readFile(svg, 'utf8'), /<svg .*<\/svg>/s);
});

test('an entry with red and blue swapped is not fit, and the right order is named', async () => {
  const { code, stdout } = await checkOwn(', channels: BGR');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /Not fit for use:\n- With channels: RGB people are separated better/);
});

test('an entry of the wrong scale makes everybody alike, and the right one is named', async () => {
  const { code, stdout } = await checkOwn(', std: 255');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /- Different people look the same: their mean cosine is 1\.000\./);
  assert.match(stdout, /- With mean: 0, std: 1 people are separated better/);
});

test('an entry of the wrong layout is told at once', async () => {
  const { code, stdout } = await checkOwn(', layout: NHWC');
  assert.equal(code, 1, stdout);
  assert.match(stdout, /not \[n, 112, 112, 3\]:\s+its\s+layout is NCHW\./);
});

test('people may be given as folders with their photos', async () => {
  const photos = join(folder.path, 'people');
  for (const [place, name] of ['ann', 'bea'].entries()) {
    await mkdir(join(photos, name), { recursive: true });
    for (const copy of ['1.jpg', '2.jpg']) {
      await copyFile(samplePhotos[place] ?? '', join(photos, name, copy));
    }
  }
  await writeFile(join(photos, 'ann', '3.jpg'), 'not an image');
  const { stdout } = await checkOwn('', '--photos', photos, '--json');
  const report = JSON.parse(stdout) as {
    readonly fit: boolean;
    readonly descriptors: {
      readonly people: number;
      readonly samples: number;
      readonly copiedPeople: number;
    };
    readonly remarks: readonly string[];
  };
  const { people, samples, copiedPeople } = report.descriptors;
  assert.deepEqual([people, samples, copiedPeople], [2, 4, 0]);
  assert.match(report.remarks.join(), /left out .*3\.jpg/);
});

test('ages, genders and emotions of the people in the photos are shown', async () => {
  const { code, stdout } = await extractor(['check', '1', '--kind', 'attributes']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /age +gender \(1: male\) +strongest emotions/);
  assert.match(stdout, /^sample1\.jpg#1 +\d+\.\d +0\.\d\d +happy/m);
});

test('what cannot be checked here is wrong usage', async () => {
  const remote = { REMOTE_EXTRACTORS: 'face:4:512=http://127.0.0.1:9/extract' };
  const wrong: readonly [args: readonly string[], said: RegExp, env?: Record<string, string>][] = [
    [['check', '55'], /no network has the version 55: there are face 1/],
    [['check', '3', '--kind', 'body'], /no network has the version 3 for body/],
    [['check', '3', '--kind', 'hand'], /Allowed choices are face, body, attributes/],
    [['check', 'three'], /whole number/],
    [['check'], /missing required argument 'version'/],
    [['check', '3', '--photos', join(folder.path, 'none')], /none is not a folder/],
    [['check', '3', '--photos', fileURLToPath(new URL('.', import.meta.url))], /at least two people/],
    [['check', '4'], /face version 4 runs on another machine \(http:\/\/127\.0\.0\.1:9\/extract\)/, remote],
    [['check', '3'], /EXTRACTORS_FILE .*none\.yaml/, { EXTRACTORS_FILE: join(folder.path, 'none.yaml') }],
  ];
  for (const [args, said, env] of wrong) {
    const { code, stderr } = await extractor(args, env);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /^ +at /m);
  }
});
