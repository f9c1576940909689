import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { canonicalPoints, warpSize } from '../../../extraction/pictures/canonicalWarp.ts';
import { createFaceDetector } from '../../../extraction/pictures/detect.ts';
import { jitterSample } from '../../../extraction/pictures/jitter.ts';
import { decodePhoto } from '../../../extraction/pictures/photo.ts';
import { samplePhotos } from '../../../extraction/pictures/photoFiles.ts';
import { fitSimilarity, invertSimilarity } from '../../../extraction/pictures/similarityTransform.ts';
import { warpFace } from '../../../extraction/pictures/warp.ts';
import { makeWarps } from '../../support/warps.ts';

test('the 22 people of the sample photos are found', async () => {
  const detector = await createFaceDetector();
  const counts: number[] = [];
  for (const file of samplePhotos) {
    counts.push((await detector.detect(await decodePhoto(await readFile(file)))).length);
  }
  assert.deepEqual(counts, [3, 3, 3, 4, 5, 4]);
});

test('a picture without people has no faces', async () => {
  const detector = await createFaceDetector();
  const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  assert.deepEqual(await detector.detect(await decodePhoto(grey)), []);
});

test('faces come to lie at the canonical points, also when the photo is turned', async () => {
  const detector = await createFaceDetector();
  const original = await readFile(samplePhotos[0] ?? '');
  for (const angle of [0, 15]) {
    const turned = await sharp(original)
      .rotate(angle, { background: '#888' })
      .jpeg({ quality: 95 })
      .toBuffer();
    const photo = await decodePhoto(turned);
    const faces = await detector.detect(photo);
    assert.ok(faces.length >= 2, `${faces.length} faces at ${angle}°`);
    const misses: number[] = [];
    const tilts: number[] = [];
    for (const { landmarks } of faces) {
      // Seen again in its own warp, with some space around it, a face shows where it has come to lie.
      const warp = await sharp(await warpFace(photo, landmarks))
        .extend({ top: 50, bottom: 50, left: 50, right: 50, background: '#888' })
        .toBuffer();
      const [again] = await detector.detect(await decodePhoto(warp));
      assert.ok(again, 'a warp shows a face');
      const errors = again.landmarks.map(({ x, y }, index) =>
        Math.hypot(x - 50 - (canonicalPoints[index]?.x ?? 0), y - 50 - (canonicalPoints[index]?.y ?? 0)),
      );
      misses.push(errors.reduce((sum, error) => sum + error, 0) / errors.length);
      const [left, right] = again.landmarks;
      const tilt =
        (Math.atan2((right?.y ?? 0) - (left?.y ?? 0), (right?.x ?? 0) - (left?.x ?? 0)) * 180) / Math.PI;
      tilts.push(Math.abs(tilt));
    }
    // A face in half profile is found less exactly each time: the middle one counts.
    assert.ok(middle(misses) < 12, `${middle(misses).toFixed(1)} pixels off at ${angle}°`);
    assert.ok(middle(tilts) < 6, `eyes tilted by ${middle(tilts).toFixed(1)}° at ${angle}°`);
  }
});

const middle = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Infinity;

test('a similarity is found exactly and undone by its inverse', () => {
  const from = [
    { x: 10, y: 20 },
    { x: 40, y: 25 },
    { x: 22, y: 61 },
  ];
  const to = from.map(({ x, y }) => ({ x: 1.5 * x - 0.5 * y + 7, y: 0.5 * x + 1.5 * y - 3 }));
  const { a, b, dx, dy } = fitSimilarity(from, to);
  for (const [value, expected] of [
    [a, 1.5],
    [b, 0.5],
    [dx, 7],
    [dy, -3],
  ] as const) {
    assert.ok(Math.abs(value - expected) < 1e-9);
  }
  const back = invertSimilarity({ a, b, dx, dy });
  const point = to[1] ?? { x: 0, y: 0 };
  assert.ok(Math.abs(back.a * point.x - back.b * point.y + back.dx - 40) < 1e-9);
  assert.ok(Math.abs(back.b * point.x + back.a * point.y + back.dy - 25) < 1e-9);
});

test('the same seed makes the same copy, another seed another one, of the right size', async () => {
  const [warp = Buffer.of()] = await makeWarps(1);
  const copy = await jitterSample(warp, 'face', 7);
  assert.deepEqual(await jitterSample(warp, 'face', 7), copy);
  assert.notDeepEqual(await jitterSample(warp, 'face', 8), copy);
  const { width, height, format } = await sharp(copy).metadata();
  assert.deepEqual([width, height, format], [warpSize, warpSize, 'jpeg']);
});

test('a photo is turned the way its EXIF says', async () => {
  const sideways = await sharp(await readFile(samplePhotos[0] ?? ''))
    .rotate(90)
    .withMetadata({ orientation: 8 })
    .jpeg()
    .toBuffer();
  const photo = await decodePhoto(sideways);
  assert.ok(photo.width > photo.height);
});
