import turbo from '@julusian/jpeg-turbo';
import { sampleSizes, type SampleKind } from '../pictures/storedSample.ts';

/** Two samples that show nobody: a grey one, and one whose colours rise from edge to edge. */
export function makeTestPictures(kind: SampleKind): Uint8Array[] {
  const { width, height } = sampleSizes[kind];
  const paint = (colourAt: (x: number, y: number) => readonly [number, number, number]): Uint8Array => {
    const pixels = Buffer.alloc(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) pixels.set(colourAt(x, y), (y * width + x) * 3);
    }
    const options = { format: turbo.FORMAT_RGB, width, height, quality: 90, subsampling: turbo.SAMP_444 };
    return turbo.compressSync(pixels, options);
  };
  return [
    paint(() => [128, 128, 128]),
    paint((x, y) => [255 * (x / width), 255 * (y / height), 255 * (1 - x / width)]),
  ];
}
