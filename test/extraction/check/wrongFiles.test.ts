import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import type { LocalNetwork } from '../../../extraction/catalogue/network.ts';
import { requireUsable } from '../../../extraction/check/requireUsable.ts';
import { ConfigError } from '../../../platform/config.ts';
import { createTestFolder } from '../../support/folder.ts';
import { dyingChild, ownNetwork, silentChild } from './ownNetwork.ts';

const folder = await createTestFolder('wrong-files');
after(() => folder.remove());

const working = await readFile(ownNetwork('thumbnail.onnx').model);

/** A file of the test's own. */
async function write(name: string, bytes: Uint8Array | string): Promise<LocalNetwork> {
  await writeFile(join(folder.path, name), bytes);
  return ownNetwork(join(folder.path, name));
}

/** The working network with the byte at `place`, from the end if below zero, made another. */
function changed(place: number, value: number): Buffer {
  const bytes = Buffer.from(working);
  bytes[place < 0 ? bytes.length + place : place] = value;
  return bytes;
}

async function refuse(network: LocalNetwork, said: RegExp): Promise<void> {
  await assert.rejects(requireUsable([network]), (error) => {
    assert.ok(error instanceof ConfigError, String(error));
    const [fault = '', ...more] = error.faults;
    assert.deepEqual(more, []);
    const start = `EXTRACTORS_FILE: face version 7 (own), ${network.model}: `;
    assert.ok(fault.startsWith(start), fault);
    assert.match(fault.slice(start.length), said);
    return true;
  });
}

test('a network that works is let through', () => requireUsable([ownNetwork('thumbnail.onnx')]));

test('networks that come with the service are not opened at its start', () =>
  requireUsable(builtIn, { entry: dyingChild }));

test('a file that is missing is refused', () =>
  refuse(ownNetwork(join(folder.path, 'none.onnx')), /^the file is missing$/));

test('a folder in the place of a file is refused', async () => {
  const path = join(folder.path, 'folder.onnx');
  await mkdir(path);
  await refuse(ownNetwork(path), /^it is not a file$/);
});

test('an empty file is refused', async () => {
  await refuse(await write('empty.onnx', ''), /^the file is empty$/);
});

const strangers: readonly [what: string, content: string | Buffer][] = [
  ['a page that a download brought instead', '<!DOCTYPE html><html><body>Sign in</body></html>'],
  ['the pointer that Git LFS leaves', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n'],
  ['weights of PyTorch', Buffer.from('504b0304000008080000000000000000', 'hex')],
  ['a photo', Buffer.from('ffd8ffe000104a46494600010100', 'hex')],
];
for (const [what, content] of strangers) {
  test(`${what} is refused as no ONNX model`, async () => {
    await refuse(await write('stranger.onnx', content), /^the file is not an ONNX model/);
  });
}

test('a file that breaks off is refused with the bytes that are missing', async () => {
  const half = await write('half.onnx', working.subarray(0, working.length / 2));
  await refuse(half, /^the file is incomplete: it has 147 bytes of at least 2\d\d$/);
  const almost = await write('almost.onnx', working.subarray(0, working.length - 6));
  await refuse(almost, /^the file is incomplete after its graph/);
});

test('a file whose graph is damaged is refused', async () => {
  await refuse(
    await write('damaged.onnx', changed(6, 0x7f)),
    /^the file is damaged \(Protobuf parsing failed/,
  );
});

test('a file of more than 2 GB is refused before anything reads it', async () => {
  const path = join(folder.path, 'large.onnx');
  await copyFile(ownNetwork('thumbnail.onnx').model, path);
  // Sparse: it takes no room on the disk.
  await truncate(path, 2 ** 31);
  await refuse(ownNetwork(path), /^the file has 2\.1 GB, and an ONNX file may have 2/);
});

test('another file than the one whose SHA-256 the entry has is refused', () =>
  refuse(
    { ...ownNetwork('thumbnail.onnx'), sha256: '0'.repeat(64) },
    /not have the SHA-256 of its entry: \w{64}$/,
  ));

test('a network that was written for a newer runtime is refused with what to do', async () => {
  const opset = await write('opset.onnx', changed(-1, 99));
  await refuse(opset, /opset 99 of ai\.onnx.*at most \d+: export it with an older one/);
  const ir = await write('ir.onnx', changed(1, 99));
  await refuse(ir, /IR version 99.*at most \d+: export it with an older one/);
});

test('a network with an operator that nobody knows is refused', () =>
  refuse(ownNetwork('unknown-operator.onnx'), /an operator that this onnxruntime does not have: Wonder/));

test('a network whose weights were left behind is refused with their file', () =>
  refuse(ownNetwork('weights-elsewhere.onnx'), /which is missing: .*weights\.bin/));

test('a network of the other layout is refused with its name', () =>
  refuse(ownNetwork('nhwc.onnx'), /\[batch, 16, 16, 3\], not \[n, 3, 16, 16\]: its layout is NHWC/));

test('a network of another size of picture is refused', () =>
  refuse(
    ownNetwork('thumbnail.onnx', { width: 32, height: 32 }),
    /\[batch, 3, 16, 16\], not \[n, 3, 32, 32\]$/,
  ));

test('a network of another type of input is refused', () =>
  refuse(ownNetwork('thumbnail.onnx', { type: 'uint8' }), /input input is float32, not uint8/));

test('a network that wants more than a picture is refused', () =>
  refuse(ownNetwork('two-inputs.onnx'), /requires 2 inputs: input, quality/));

test('a network whose outputs have other names is refused with those that it has', () => {
  const outputs = { descriptor: { name: 'embedding', length: 192 } };
  return refuse(
    { ...ownNetwork('thumbnail.onnx'), outputs },
    /embedding is not among the model's: descriptor/,
  );
});

for (const [file, said] of [
  ['thumbnail.onnx', /192 numbers for a sample, not 512/],
  ['unsaid.onnx', /descriptor has 192 numbers for a sample, not 512/],
] as const) {
  test(`descriptors of another length are refused, also where only a run shows it (${file})`, () =>
    refuse({ ...ownNetwork(file), outputs: { descriptor: { length: 512 } } }, said));
}

test('a network that answers NaN whatever it sees is refused', () =>
  refuse(ownNetwork('nan.onnx'), /^it returns NaN for every input$/));

test('a network that ends its process, or never answers, is refused and leaves the caller alive', async () => {
  const network = ownNetwork('thumbnail.onnx');
  await assert.rejects(
    requireUsable([network], { entry: dyingChild }),
    /crashes the process that runs it \(SIGSEGV\)/,
  );
  const options = { entry: silentChild, stallMs: 50 };
  await assert.rejects(requireUsable([network], options), /does not respond for 0\.05 s/);
});

test('all wrong networks are told at once', async () => {
  const networks = ['none.onnx', 'nan.onnx', 'thumbnail.onnx', 'nhwc.onnx'].map((file, place) => ({
    ...ownNetwork(file),
    version: 200 + place,
  }));
  await assert.rejects(requireUsable(networks), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(
      error.faults.map((fault) => /version (\d+)/.exec(fault)?.[1]),
      ['200', '201', '203'],
    );
    return true;
  });
});
