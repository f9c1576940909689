import sharp from 'sharp';

/** A decoded photo: interleaved RGB, 0..255, upright. */
export interface Photo {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const largestSide = 2560;

/** Decodes a photo of any format that sharp reads, turned as its EXIF says. Very large ones are made smaller. */
export async function decodePhoto(bytes: Uint8Array): Promise<Photo> {
  const { data, info } = await sharp(bytes, { failOn: 'error' })
    .rotate()
    .resize(largestSide, largestSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** JPEG of a picture; chroma is kept whole, the networks see colour edges. */
export function encodeJpeg({ data, width, height }: Photo, quality = 95): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
