import sharp, { type Sharp } from 'sharp';
import { decodeHeic, isHeic } from './heic.ts';

/** A decoded photo: interleaved RGB, 0..255, upright. */
export interface Photo {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface DecodedPhoto extends Photo {
  /** How many pixels of the file's picture became one of these, along a side: 1 unless it was made smaller. */
  readonly shrunkBy: number;
}

const largestSide = 2560;

// The content decides, not the name. Whatever else libvips can read is refused by its loader, for the whole process: SVG
// among it, which would bring an XML parser and a renderer before files that nobody has looked at.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((format) => `VipsForeignLoad${format}`),
});

/**
 * Decodes a JPEG, PNG, WebP, TIFF, GIF, AVIF or HEIC, turned as its EXIF says. Very large ones are made smaller. A picture
 * that breaks off is refused; a JPEG that only lacks its end marker is whole.
 */
export async function decodePhoto(bytes: Uint8Array): Promise<DecodedPhoto> {
  try {
    return await readPixels(sharp(bytes, { failOn: 'error' }));
  } catch (error) {
    if (isHeic(bytes)) {
      const { data, width, height } = await decodeHeic(bytes);
      return readPixels(sharp(data, { raw: { width, height, channels: 4 } }));
    }
    if (!lacksEnd(bytes)) throw error;
    // With the marker put back, data that end before the picture does are a warning, and nothing else is.
    const ended = sharp(Buffer.concat([bytes, endOfJpeg]), { failOn: 'warning' });
    return readPixels(ended).catch(() => {
      throw error;
    });
  }
}

async function readPixels(image: Sharp): Promise<DecodedPhoto> {
  const { width: fileWidth } = (await image.metadata()).autoOrient;
  const { data, info } = await image
    .rotate()
    .resize(largestSide, largestSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, shrunkBy: fileWidth / info.width };
}

const startOfJpeg = Buffer.of(0xff, 0xd8, 0xff);
const endOfJpeg = Buffer.of(0xff, 0xd9);

function lacksEnd(bytes: Uint8Array): boolean {
  return startOfJpeg.equals(bytes.subarray(0, 3)) && !endOfJpeg.equals(bytes.subarray(-2));
}

/** JPEG of a picture; chroma is kept whole, the networks see colour edges. */
export function encodeJpeg({ data, width, height }: Photo, quality = 95): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
