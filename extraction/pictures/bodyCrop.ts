import sharp from 'sharp';
import type { DetectedFace } from './detect.ts';
import type { Photo } from './photo.ts';
import { sampleSizes } from './storedSample.ts';

// In widths of the face: a standing person's outline around a face, and what of it must be seen at least.
const outline = { above: 1, width: 3, height: 6, leastWidth: 2, leastHeight: 3 };

/** The person below and around a face as far as the photo shows it, as JPEG; null when too little is seen. */
export async function cutBody(
  photo: Photo,
  { width: unit, landmarks }: DetectedFace,
): Promise<Buffer | null> {
  const middle = landmarks.reduce((sum, { x }) => sum + x, 0) / landmarks.length;
  const face = landmarks.reduce((sum, { y }) => sum + y, 0) / landmarks.length;
  const left = Math.max(0, Math.round(middle - (outline.width / 2) * unit));
  const right = Math.min(photo.width, Math.round(middle + (outline.width / 2) * unit));
  const top = Math.max(0, Math.round(face - outline.above * unit));
  const bottom = Math.min(photo.height, Math.round(face + (outline.height - outline.above) * unit));
  if (right - left < outline.leastWidth * unit || bottom - top < outline.leastHeight * unit) return null;
  return sharp(photo.data, { raw: { width: photo.width, height: photo.height, channels: 3 } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ ...sampleSizes.body, fit: 'fill' })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
