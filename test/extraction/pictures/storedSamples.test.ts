import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { DomainError } from '../../../domain/errors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { findNetwork } from '../../../extraction/catalogue/network.ts';
import { describes } from '../../../domain/extract/networks.ts';
import { decodeSample, emptyPixels } from '../../../extraction/pictures/samplePixels.ts';
import { jitterSample } from '../../../extraction/pictures/jitter.ts';
import { createExtractorPool } from '../../../extraction/pool/pool.ts';
import { createLogger } from '../../../platform/logger.ts';
import { makeBodies } from '../../support/rows/bodies.ts';
import { makeWarps } from '../../support/warps.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

let samples: Record<'face' | 'body', Buffer>;
before(async () => {
  const [[face], [body]] = await Promise.all([makeWarps(1), makeBodies()]);
  samples = { face: face ?? Buffer.of(), body: body ?? Buffer.of() };
});

const sizes = { face: [250, 250], body: [128, 256] } as const;
const svgOf = (width: number, height: number) =>
  Buffer.from(
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`,
  );

/** Files that were copied over a sample, by what is said of them. */
async function wrongFiles(sample: Buffer, [width, height]: readonly [number, number]) {
  const resized = (w: number, h: number) => sharp(sample).resize(w, h, { fit: 'fill' }).jpeg().toBuffer();
  const expected = `${width}×${height}`;
  const noJpeg = (what: string) => `${what}, not a JPEG of ${expected}`;
  const picture = sharp(sample);
  return [
    [await resized(910, 1137), `910×1137 where ${expected} is expected`],
    [await resized(width + 1, height), `${width + 1}×${height} where ${expected} is expected`],
    [await resized(width, height - 1), `${width}×${height - 1} where ${expected} is expected`],
    [svgOf(width, height), noJpeg('an SVG')],
    [svgOf(4_000, 4_000), noJpeg('an SVG')],
    [await picture.clone().png().toBuffer(), noJpeg('a PNG')],
    [await picture.clone().webp().toBuffer(), noJpeg('a WebP')],
    [await picture.clone().gif().toBuffer(), noJpeg('a GIF')],
    [await picture.clone().tiff().toBuffer(), noJpeg('a TIFF')],
    [await picture.clone().avif({ effort: 0 }).toBuffer(), noJpeg('an AVIF')],
    [Buffer.from('%PDF-1.7'), noJpeg('a PDF')],
    [Buffer.from('not an image'), noJpeg('not an image')],
    [Buffer.alloc(100), noJpeg('not an image')],
    [Buffer.of(), noJpeg('an empty file')],
    [Buffer.of(0xff, 0xd8, 0xff), 'a damaged or incomplete JPEG'],
    [sample.subarray(0, 300), 'a damaged or incomplete JPEG'],
    [sample.subarray(0, sample.length - 2), 'a damaged or incomplete JPEG'],
  ] as const;
}

for (const { version, kind, name } of builtIn.filter(describes)) {
  const attributes = findNetwork(builtIn, version, 'attributes') !== null;
  test(`version ${version} (${name}) describes samples alone, and says of other files what they are`, async (t) => {
    const pool = createExtractorPool({ processes: 1, networks: builtIn, log });
    t.after(() => pool.close());
    for (const [bytes, detail] of await wrongFiles(samples[kind], sizes[kind])) {
      const request = { id: 'it', version, kind, bytes };
      const asked = [pool.run(request), ...(attributes ? [pool.tellAttributes(request)] : [])];
      for (const answer of asked) {
        await assert.rejects(answer, (error) => {
          assert.ok(error instanceof DomainError, String(error));
          assert.deepEqual([error.error, error.detail], ['sampleUnreadable', `sample it: ${detail}`]);
          return true;
        });
      }
    }
    const good = sharp(samples[kind]);
    for (const bytes of [
      samples[kind],
      await jitterSample(samples[kind], kind, 1),
      await good.clone().jpeg({ progressive: true, chromaSubsampling: '4:2:0' }).toBuffer(),
      await good.clone().greyscale().jpeg().toBuffer(),
      await good
        .clone()
        .withExif({ IFD0: { Copyright: 'x'.repeat(5_000) } })
        .jpeg()
        .toBuffer(),
      // What some writers leave behind the end.
      Buffer.concat([samples[kind], Buffer.alloc(10)]),
    ]) {
      await pool.run({ id: 'it', version, kind, bytes });
    }
    assert.equal(pool.stats().deaths, 0);
  });
}

test('a JPEG whose data end too early is an error, though its headers and its end are those of a sample', async (t) => {
  const pool = createExtractorPool({ processes: 1, networks: builtIn, log });
  t.after(() => pool.close());
  const middle = samples.face.length >> 1;
  const damaged = Buffer.from(samples.face).fill(0xff, middle, samples.face.length - 20);
  const half = Buffer.concat([samples.face.subarray(0, middle), Buffer.of(0xff, 0xd9)]);
  for (const bytes of [damaged, half]) {
    await assert.rejects(pool.run({ id: 'it', version: 3, kind: 'face', bytes }), {
      error: 'sampleUnreadable',
      detail: /cannot be decoded: .*premature end/,
    });
  }
});

test('colours are those of the profile in the picture, wherever in its headers that stands', async () => {
  const tagged = await sharp(samples.face).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
  // A preview among the headers begins a scan of its own.
  const preview = Buffer.of(0xff, 0xe1, 0x00, 0x0c, 0xff, 0xd8, 0xff, 0xda, 0, 0, 0, 0, 0xff, 0xd9);
  const withPreview = Buffer.concat([tagged.subarray(0, 2), preview, tagged.subarray(2)]);
  const expected = await sharp(tagged).toColourspace('srgb').removeAlpha().raw().toBuffer();
  for (const jpeg of [tagged, withPreview]) {
    const pixels = emptyPixels('face');
    await decodeSample(jpeg, 'face', pixels);
    assert.ok(pixels.equals(expected));
  }
});
