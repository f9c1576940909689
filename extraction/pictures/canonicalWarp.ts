export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Where an aligned face lies in a stored sample. The five points are the mean positions of the usual 112-pixel
 * alignment, scaled so that its square is the middle 68 % of ours: the rest is the margin that the networks
 * with wider crops and the jitter of copies need.
 */
export const warpSize = 250;

const alignmentSquare = { left: 40, top: 36, size: 170 };

const alignedAt112 = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

/** Left eye, right eye (as seen), nose, left and right corner of the mouth; pixels of the warp. */
export const canonicalPoints: readonly Point[] = alignedAt112.map(([x, y]) => ({
  x: alignmentSquare.left + (x * alignmentSquare.size) / 112,
  y: alignmentSquare.top + (y * alignmentSquare.size) / 112,
}));

/** A part of a stored sample, in its pixels. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const square = (left: number, top: number, size: number): Crop => ({ left, top, width: size, height: size });

/**
 * Parts of a face's sample by the names that they have in EXTRACTORS_FILE: `alignment` is the square of the usual
 * 112-pixel alignment, `tight` the one that dlib's networks were trained on, `wide` the face with its margin.
 */
export const faceCrops = {
  alignment: square(alignmentSquare.left, alignmentSquare.top, alignmentSquare.size),
  tight: square(50, 58, 150),
  wide: square(15, 15, 220),
} as const;
