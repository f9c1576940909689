import sharp, { type Sharp } from 'sharp';
import { DomainError } from '../../domain/errors.ts';
import type { Crop } from './canonicalWarp.ts';
import type { ExtractorKind } from '../catalogue.ts';
import type { Pixels } from '../extractor.ts';
import { faultOfSample } from './storedSample.ts';

// One image at a time per process comes through here: more threads would only take cores from the networks.
sharp.concurrency(1);
sharp.cache(false);

const channels = 3;

/** Cuts `crop` out of a face's sample and scales it to `size` pixels. Part of a version's pinned pre-processing. */
export function decodeCrop(jpeg: Uint8Array, crop: Crop, size: number): Promise<Pixels> {
  const { left, top, size: side } = crop;
  return decode(jpeg, 'face', size, size, (image) => image.extract({ left, top, width: side, height: side }));
}

/** Scales a body's whole sample to `width` × `height` pixels. */
export function decodeWhole(jpeg: Uint8Array, width: number, height: number): Promise<Pixels> {
  return decode(jpeg, 'body', width, height, (image) => image);
}

async function decode(
  jpeg: Uint8Array,
  kind: ExtractorKind,
  width: number,
  height: number,
  cut: (image: Sharp) => Sharp,
): Promise<Pixels> {
  const fault = faultOfSample(jpeg, kind);
  if (fault !== null) throw new DomainError('sampleUnreadable', fault);
  try {
    // Data that end before the picture does are filled up with grey, and that is a warning.
    const { data, info } = await cut(sharp(jpeg, { failOn: 'warning' }))
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
    throw new DomainError('sampleUnreadable', `a JPEG that cannot be decoded: ${reason}`, { cause: error });
  }
}
