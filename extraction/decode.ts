import sharp, { type Sharp } from 'sharp';
import { DomainError } from '../domain/errors.ts';
import { warpSize, type Crop } from './canonicalWarp.ts';
import type { Pixels } from './extractor.ts';

// One image at a time per process comes through here: more threads would only take cores from the networks.
sharp.concurrency(1);
sharp.cache(false);

const channels = 3;

/** Cuts `crop` out of a stored warp and scales it to `size` pixels. Part of a version's pinned pre-processing. */
export function decodeCrop(jpeg: Uint8Array, crop: Crop, size: number): Promise<Pixels> {
  const { left, top, size: side } = crop;
  return decode(`an image of ${warpSize} × ${warpSize} pixels`, size, size, () =>
    sharp(jpeg, { failOn: 'error' }).extract({ left, top, width: side, height: side }),
  );
}

/** Scales a whole picture to `width` × `height` pixels, whatever its shape. */
export function decodeWhole(jpeg: Uint8Array, width: number, height: number): Promise<Pixels> {
  return decode('an image', width, height, () => sharp(jpeg, { failOn: 'error' }));
}

async function decode(what: string, width: number, height: number, open: () => Sharp): Promise<Pixels> {
  try {
    const { data, info } = await open()
      .resize(width, height, { kernel: 'linear', fit: 'fill' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels || data.length !== width * height * channels) {
      throw new Error(`${info.channels} channels of ${info.width} × ${info.height} pixels`);
    }
    return { data, width, height };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError('sampleUnreadable', `not ${what}: ${reason}`, { cause: error });
  }
}
