import sharp from 'sharp';
import { DomainError } from '../domain/errors.ts';
import { warpSize, type Crop } from './canonicalWarp.ts';
import type { Pixels } from './extractor.ts';

// One image at a time per process comes through here: more threads would only take cores from the networks.
sharp.concurrency(1);
sharp.cache(false);

const channels = 3;

/** Cuts `crop` out of a stored warp and scales it to `size` pixels. Part of a version's pinned pre-processing. */
export async function decodeCrop(jpeg: Uint8Array, crop: Crop, size: number): Promise<Pixels> {
  try {
    const image = sharp(jpeg, { failOn: 'error' });
    const { data, info } = await image
      .extract({ left: crop.left, top: crop.top, width: crop.size, height: crop.size })
      .resize(size, size, { kernel: 'linear', fit: 'fill' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels || data.length !== size * size * channels) {
      throw new Error(`${info.channels} channels of ${info.width} × ${info.height} pixels`);
    }
    return { data, size };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError('sampleUnreadable', `not an image of ${warpSize} × ${warpSize} pixels: ${reason}`, {
      cause: error,
    });
  }
}
