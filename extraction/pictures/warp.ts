import { canonicalPoints, warpSize, type Point } from './canonicalWarp.ts';
import { encodeJpeg, type Photo } from './photo.ts';
import { fitSimilarity, invertSimilarity, type Similarity } from './similarityTransform.ts';

/** The aligned face of five landmarks (order of `canonicalPoints`) as JPEG: what is stored as a sample. */
export function warpFace(photo: Photo, landmarks: readonly Point[]): Promise<Buffer> {
  const toPhoto = invertSimilarity(fitSimilarity(landmarks, canonicalPoints));
  return encodeJpeg({ data: resample(photo, toPhoto, warpSize), width: warpSize, height: warpSize });
}

/**
 * Reads `width` × `height` pixels out of a photo through `toPhoto` (pixel of the result → pixel of the photo).
 * Outside the photo its edge goes on. Where the photo is finer than the result, several places are averaged.
 */
export function resample(photo: Photo, toPhoto: Similarity, width: number, height = width): Uint8Array {
  const { a, b, dx, dy } = toPhoto;
  const perSide = Math.min(8, Math.max(1, Math.round(Math.hypot(a, b))));
  const places = perSide * perSide;
  const sum = new Float64Array(3);
  const result = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      sum.fill(0);
      for (let place = 0; place < places; place++) {
        const u = x + ((place % perSide) + 0.5) / perSide - 0.5;
        const v = y + (Math.floor(place / perSide) + 0.5) / perSide - 0.5;
        addBilinear(photo, a * u - b * v + dx, b * u + a * v + dy, sum);
      }
      for (let channel = 0; channel < 3; channel++) {
        result[at + channel] = Math.round((sum[channel] ?? 0) / places);
      }
    }
  }
  return result;
}

function addBilinear({ data, width, height }: Photo, x: number, y: number, sum: Float64Array): void {
  const column = Math.min(width - 1, Math.max(0, x));
  const row = Math.min(height - 1, Math.max(0, y));
  const left = Math.floor(column);
  const top = Math.floor(row);
  const stepRight = left + 1 < width ? 3 : 0;
  const stepDown = top + 1 < height ? width * 3 : 0;
  const fx = column - left;
  const fy = row - top;
  const start = (top * width + left) * 3;
  for (let channel = 0; channel < 3; channel++) {
    const at = start + channel;
    const upper = (data[at] ?? 0) * (1 - fx) + (data[at + stepRight] ?? 0) * fx;
    const lower = (data[at + stepDown] ?? 0) * (1 - fx) + (data[at + stepDown + stepRight] ?? 0) * fx;
    sum[channel] = (sum[channel] ?? 0) + upper * (1 - fy) + lower * fy;
  }
}
