import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodePhoto, type Photo } from '../../../extraction/pictures/photo.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';

const photo = () => readFile(samplePhotos[0] ?? '');

for (const [kind, encode] of [
  ['baseline', photo],
  [
    'progressive',
    async () =>
      sharp(await photo())
        .jpeg({ progressive: true })
        .toBuffer(),
  ],
] as const) {
  test(`a ${kind} JPEG without its end marker is decoded when its picture is whole`, async () => {
    const whole = await encode();
    const ended = await decodePhoto(whole);
    const endless = await decodePhoto(whole.subarray(0, -2));
    assert.ok(Buffer.from(endless.data).equals(ended.data));
  });

  test(`a ${kind} JPEG whose picture breaks off is refused`, async () => {
    const whole = await encode();
    await assert.rejects(decodePhoto(whole.subarray(0, -2_000)), /premature end/);
    const half = Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.of(0xff, 0xd9)]);
    await assert.rejects(decodePhoto(half.subarray(0, -2)), /premature end/);
  });
}

test('a HEIC is decoded', async () => {
  const heic = await decodePhoto(await readFile(new URL('fixtures/quadrants.heic', import.meta.url)));
  assert.deepEqual([heic.width, heic.height, heic.data.length], [96, 64, 96 * 64 * 3]);
  const corners = [
    ['red', 5, 5],
    ['green', 90, 5],
    ['blue', 5, 58],
    ['yellow', 90, 58],
  ] as const;
  for (const [colour, x, y] of corners) assert.equal(colourAt(heic, x, y), colour);
});

test('a damaged HEIC is refused', async () => {
  const heic = await readFile(new URL('fixtures/quadrants.heic', import.meta.url));
  await assert.rejects(decodePhoto(heic.subarray(0, 450)));
});

test('how much a large photo was made smaller is told', async () => {
  const large = await sharp({ create: { width: 5_120, height: 100, channels: 3, background: '#123' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const { width, height, shrunkBy } = await decodePhoto(large);
  assert.deepEqual([width, height, shrunkBy], [50, 2_560, 2]);
});

test('formats beside those of photos are refused, whatever the name of the file says', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
  const ppm = Buffer.concat([Buffer.from('P6 2 2 255\n'), Buffer.alloc(12, 200)]);
  for (const bytes of [Buffer.from(svg), Buffer.from(`<?xml version="1.0"?>${svg}`), ppm]) {
    await assert.rejects(decodePhoto(bytes), /unsupported image format/);
  }
});

for (const format of ['png', 'webp', 'tiff', 'gif', 'avif'] as const) {
  test(`a ${format.toUpperCase()} is decoded`, async () => {
    const bytes = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#f00' } })
      .toFormat(format)
      .toBuffer();
    const { width, height } = await decodePhoto(bytes);
    assert.deepEqual([width, height], [20, 10]);
  });
}

function colourAt({ data, width }: Photo, x: number, y: number): string {
  const at = (y * width + x) * 3;
  const [red, green, blue] = [...data.subarray(at, at + 3)].map((value) => value > 150);
  return red ? (green ? 'yellow' : 'red') : green ? 'green' : blue ? 'blue' : 'black';
}
