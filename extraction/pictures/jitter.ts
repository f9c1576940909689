import { decodeSample, emptyPixels, encodeSample } from './samplePixels.ts';
import { createRandom } from './seededRandom.ts';
import { sampleSizes, type SampleKind } from './storedSample.ts';
import { resample } from './warp.ts';

/**
 * A copy of a sample, face or body, as another shot of the same person might be: shifted up to 2 %, scaled up to 5 %, turned up
 * to 5°, lighter or darker up to 20 %, softer or harder, JPEG quality 70 to 95. The same seed, the same bytes.
 */
export async function jitterSample(jpeg: Uint8Array, kind: SampleKind, seed: number): Promise<Buffer> {
  const random = createRandom(seed);
  const within = (limit: number) => (random() * 2 - 1) * limit;
  const { width, height } = sampleSizes[kind];
  const data = emptyPixels(kind);
  await decodeSample(jpeg, kind, data);
  const scale = 1 + within(0.05);
  const angle = within((5 * Math.PI) / 180);
  const a = scale * Math.cos(angle);
  const b = scale * Math.sin(angle);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const moved = resample(
    { data, width, height },
    {
      a,
      b,
      dx: middleX - a * middleX + b * middleY + within(0.02 * width),
      dy: middleY - b * middleX - a * middleY + within(0.02 * height),
    },
    width,
    height,
  );
  const light = 1 + within(0.2);
  const contrast = 1 + within(0.15);
  const lit = Uint8Array.from({ length: 256 }, (_, value) => clamp(((value - 128) * contrast + 128) * light));
  for (let at = 0; at < moved.length; at++) moved[at] = lit[moved[at] ?? 0] ?? 0;
  return encodeSample(moved, kind, 70 + Math.floor(random() * 26));
}

const clamp = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
