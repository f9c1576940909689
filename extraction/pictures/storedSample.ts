import { warpSize } from './canonicalWarp.ts';

export type SampleKind = 'face' | 'body';

/** Pixels of a stored sample. */
export const sampleSizes: Readonly<Record<SampleKind, { readonly width: number; readonly height: number }>> =
  {
    face: { width: warpSize, height: warpSize },
    body: { width: 128, height: 256 },
  };

/**
 * Why a file must not come before a network: it is no whole JPEG of a sample's size. A picture of another size would be
 * described as well, by what happens to lie in the crop. Reads the headers alone; whether the picture itself can be
 * decoded shows when it is.
 */
export function faultOfSample(bytes: Uint8Array, kind: SampleKind): string | null {
  const header = readSampleHeader(bytes, kind);
  return 'fault' in header ? header.fault : null;
}

/** The same, and of a sample whether its colours are meant as a profile in it says. */
export function readSampleHeader(
  bytes: Uint8Array,
  kind: SampleKind,
): { readonly fault: string } | { readonly hasProfile: boolean } {
  const { width, height } = sampleSizes[kind];
  const expected = `${width}×${height}`;
  if (bytes.length === 0) return { fault: `an empty file, not a JPEG of ${expected}` };
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 3 || file.readUIntBE(0, 3) !== startOfJpeg) {
    return { fault: `${formatOf(file)}, not a JPEG of ${expected}` };
  }
  const found = readJpegHeader(file);
  if (found?.size == null) return { fault: 'a damaged or incomplete JPEG' };
  const { size, hasProfile } = found;
  if (size.width === width && size.height === height) return { hasProfile };
  return { fault: `${size.width}×${size.height} where ${expected} is expected` };
}

/** Marker SOI, and the first byte of the next marker. */
const startOfJpeg = 0xff_d8_ff;
const endOfJpeg = Buffer.of(0xff, 0xd9);
const startOfScan = 0xda;
// APP2 that begins with this.
const profileMarker = 0xe2;
const profileSign = 'ICC_PROFILE\0';
// Of the markers C0 to CF, those that begin no frame: tables and an extension.
const noFrames = new Set([0xc4, 0xc8, 0xcc]);

interface JpegHeader {
  /** Null: the headers name none. */
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly hasProfile: boolean;
}

/** Null: a header is damaged, or the end is missing. */
function readJpegHeader(file: Buffer): JpegHeader | null {
  let size: JpegHeader['size'] = null;
  let hasProfile = false;
  for (let at = 2; at + 9 < file.length && file[at] === 0xff;) {
    const marker = file.readUInt8(at + 1);
    if (marker === startOfScan) return file.lastIndexOf(endOfJpeg) > at ? { size, hasProfile } : null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !noFrames.has(marker)) {
      size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
    }
    if (marker === profileMarker && file.toString('latin1', at + 4, at + 16) === profileSign) {
      hasProfile = true;
    }
    at += 2 + file.readUInt16BE(at + 2);
  }
  return null;
}

/** By their first bytes; text is looked through for the tag. */
const formats: readonly [name: string, sign: RegExp][] = [
  ['a PNG', /^\x89PNG\r\n/],
  ['a WebP', /^RIFF....WEBP/s],
  ['a GIF', /^GIF8[79]a/],
  ['a TIFF', /^(II\*\0|MM\0\*)/],
  ['a BMP', /^BM/],
  ['an AVIF', /^....ftypavi/s],
  ['a HEIC', /^....ftyp(hei|hev|mif|msf)/s],
  ['a PDF', /^%PDF-/],
  ['an SVG', /<svg[\s>:]/i],
];

function formatOf(file: Buffer): string {
  const text = file.toString('latin1', 0, 4_096);
  return formats.find(([, sign]) => sign.test(text))?.[0] ?? 'not an image';
}
