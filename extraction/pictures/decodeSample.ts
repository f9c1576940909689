import turbo from '@julusian/jpeg-turbo';
import { DomainError } from '../../domain/errors.ts';
import { faultOfSample, hasColourProfile, sampleSizes, type SampleKind } from './storedSample.ts';

/**
 * Decodes a stored sample into `pixels`: interleaved RGB, rows top-down, as large as `sampleSizes` says. libjpeg-turbo
 * takes 0.4 ms of processor time for what takes sharp 3 to 4; what it refuses or warns of, and a picture with a colour
 * profile, is sharp's to judge.
 * @throws DomainError sampleUnreadable
 */
export async function decodeSample(jpeg: Uint8Array, kind: SampleKind, pixels: Buffer): Promise<void> {
  const fault = faultOfSample(jpeg, kind);
  if (fault !== null) throw new DomainError('sampleUnreadable', fault);
  const file = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (!hasColourProfile(file)) {
    try {
      turbo.decompressSync(file, pixels, { format: turbo.FORMAT_RGB });
      return;
    } catch {
      // Whatever the reason, the answer is that of the decoder below.
    }
  }
  await decodeBySharp(file, kind, pixels);
}

const channels = 3;

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
