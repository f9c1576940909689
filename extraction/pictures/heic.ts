// The brands of what libheif decodes and sharp's own build does not: HEVC.
const brands = /^....ftyp(hei[cx]|hev[cx]|mif1|msf1)/s;

export function isHeic(bytes: Uint8Array): boolean {
  return brands.test(String.fromCharCode(...bytes.subarray(0, 12)));
}

export interface RgbaPixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** heic-decode's types lack half of it. */
type Pictures = { readonly width: number; readonly height: number; decode(): Promise<RgbaPixels> }[] & {
  dispose(): void;
};

// The pixels live in the memory of a WebAssembly module, several bytes each.
const mostPixels = 100_000_000;

/** The first picture of a HEIC file, upright, by libheif in WebAssembly. */
export async function decodeHeic(bytes: Uint8Array): Promise<RgbaPixels> {
  // Several megabytes, and most imports meet no such file.
  const { default: heic } = await import('heic-decode');
  return silently(async () => {
    const pictures = (await heic.all({ buffer: bytes })) as Pictures;
    try {
      const [picture] = pictures;
      if (picture === undefined) throw new Error('a HEIC file without a picture');
      if (picture.width * picture.height > mostPixels) throw new Error('a HEIC picture of too many pixels');
      return await picture.decode();
    } finally {
      pictures.dispose();
    }
  });
}

/** libheif tells of damaged files on the console too, and stdout is for what a command has to say. */
/* eslint-disable no-console -- it is what is kept silent */
async function silently<Result>(work: () => Promise<Result>): Promise<Result> {
  const { log } = console;
  console.log = () => undefined;
  try {
    return await work();
  } finally {
    console.log = log;
  }
}
