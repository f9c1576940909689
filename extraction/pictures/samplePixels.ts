import turbo from '@julusian/jpeg-turbo';
import { DomainError } from '../../domain/errors.ts';
import { readSampleHeader, sampleSizes, type SampleKind } from './storedSample.ts';

const channels = 3;

/** Room for a sample's pixels: interleaved RGB, rows top-down, as large as `sampleSizes` says. */
export const emptyPixels = (kind: SampleKind): Buffer =>
  Buffer.alloc(sampleSizes[kind].width * sampleSizes[kind].height * channels);

/** A JPEG of a sample's pixels; chroma is kept whole. What is stored is encoded by sharp, with the more exact DCT. */
export function encodeSample(pixels: Uint8Array, kind: SampleKind, quality: number): Buffer {
  const raw = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const { FORMAT_RGB: format, SAMP_444: subsampling } = turbo;
  return turbo.compressSync(raw, { ...sampleSizes[kind], format, quality, subsampling });
}

/**
 * Decodes a stored sample into `pixels`, as `emptyPixels` has them. libjpeg-turbo
 * takes 0.4 ms of processor time for what takes sharp 3 to 4; what it refuses or warns of, and a picture with a colour
 * profile, is sharp's to judge.
 * @throws DomainError sampleUnreadable
 */
export async function decodeSample(jpeg: Uint8Array, kind: SampleKind, pixels: Buffer): Promise<void> {
  const header = readSampleHeader(jpeg, kind);
  if ('fault' in header) throw new DomainError('sampleUnreadable', header.fault);
  const file = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (!header.hasProfile) {
    try {
      turbo.decompressSync(file, pixels, { format: turbo.FORMAT_RGB });
      return;
    } catch {
      // Whatever the reason, the answer is that of the decoder below.
    }
  }
  await decodeBySharp(file, kind, pixels);
}

async function decodeBySharp(file: Buffer, kind: SampleKind, pixels: Buffer): Promise<void> {
  // 20 MB of memory that a process without such a picture never needs.
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  const { width, height } = sampleSizes[kind];
  try {
    // Data that end before the picture does are filled up with grey, and that is a warning.
    const { data, info } = await sharp(file, { failOn: 'warning' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels || data.length !== width * height * channels) {
      throw new Error(`${info.channels} channels of ${info.width} × ${info.height} pixels`);
    }
    data.copy(pixels);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError('sampleUnreadable', `a JPEG that cannot be decoded: ${reason}`, { cause: error });
  }
}
