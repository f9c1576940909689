import { decodeWhole } from '../pictures/decode.ts';
import type { Model, Pixels } from '../extractor.ts';
import { toUnitLength } from '../unitLength.ts';

const width = 64;
const height = 128;

const stripes = 8;
const bins = { hue: 12, saturation: 4, light: 6, texture: 10 };
const places = {
  hue: 0,
  saturation: bins.hue,
  light: bins.hue + bins.saturation,
  texture: bins.hue + bins.saturation + bins.light,
};
const perStripe = places.texture + bins.texture;

const dimension = stripes * perStripe;

/**
 * Body descriptor 101, the classical baseline of re-identification: the picture is cut into eight stripes from head
 * to foot, and each is told by histograms of hue, saturation, light and texture, the middle columns counting most.
 * Light is taken relative to the picture's own, so that a brighter shot is the same person. The square root of the
 * shares makes the cosine of two descriptors the overlap of their histograms. No network, no randomness.
 */
export function loadStripes(): Promise<Model> {
  return Promise.resolve({
    decode: (jpeg) => decodeWhole(jpeg, width, height),
    infer: (pixels) => Promise.resolve({ descriptor: toUnitLength(describe(pixels)) }),
  });
}

function describe({ data, width: columns, height: rows }: Pixels): Float32Array {
  const light = lightOf(data, columns * rows);
  const histogram = new Float64Array(dimension);
  const mass = new Float64Array(stripes);
  for (let y = 0; y < rows; y++) {
    // A row belongs to the two stripes whose middles it lies between: a small shift then changes little.
    const place = Math.min(stripes - 1, Math.max(0, ((y + 0.5) / rows) * stripes - 0.5));
    const upper = Math.floor(place);
    const shares = [1 - (place - upper), place - upper];
    for (const [below, share] of shares.entries()) {
      if (share === 0) continue;
      for (let x = 0; x < columns; x++) {
        const offCentre = (2 * (x + 0.5)) / columns - 1;
        const weight = share * (1 - offCentre * offCentre);
        const stripe = upper + below;
        mass[stripe] = (mass[stripe] ?? 0) + weight;
        addPixel(histogram, stripe * perStripe, weight, { data, light, at: y * columns + x });
        add(histogram, stripe * perStripe + places.texture + textureOf(light, x, y, columns, rows), weight);
      }
    }
  }
  return Float32Array.from(histogram, (sum, index) =>
    Math.sqrt(sum / (mass[Math.floor(index / perStripe)] ?? 1)),
  );
}

function addPixel(
  histogram: Float64Array,
  start: number,
  weight: number,
  { data, light, at }: { data: Pixels['data']; light: Float64Array; at: number },
): void {
  const [red = 0, green = 0, blue = 0] = [data[at * 3], data[at * 3 + 1], data[at * 3 + 2]];
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  const saturation = most === 0 ? 0 : range / most;
  if (range > 0) {
    const hue = (hueOf(red, green, blue, most, range) / 6) * bins.hue;
    const lower = Math.floor(hue);
    add(histogram, start + (lower % bins.hue), weight * saturation * (1 - (hue - lower)));
    add(histogram, start + ((lower + 1) % bins.hue), weight * saturation * (hue - lower));
  }
  addBetween(histogram, start + places.saturation, saturation * (bins.saturation - 1), weight);
  const relative = Math.min(1, Math.max(0, ((light[at] ?? 0) + 2) / 4));
  addBetween(histogram, start + places.light, relative * (bins.light - 1), weight);
}

/** 0..6 around the circle of colours, from red over green and blue. */
function hueOf(red: number, green: number, blue: number, most: number, range: number): number {
  if (most === red) return ((green - blue) / range + 6) % 6;
  return most === green ? (blue - red) / range + 2 : (red - green) / range + 4;
}

/** Brightness of each pixel, less the picture's mean, in its standard deviations. */
function lightOf(data: Pixels['data'], count: number): Float64Array {
  const light = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const value =
      0.299 * (data[at * 3] ?? 0) + 0.587 * (data[at * 3 + 1] ?? 0) + 0.114 * (data[at * 3 + 2] ?? 0);
    light[at] = value;
    sum += value;
  }
  const mean = sum / count;
  const spread = Math.sqrt(light.reduce((squares, value) => squares + (value - mean) ** 2, 0) / count);
  return light.map((value) => (spread === 0 ? 0 : (value - mean) / spread));
}

const neighbours = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
] as const;
// In standard deviations of light: less is noise of the camera and of JPEG.
const noticeable = 0.08;

/**
 * The pattern of a pixel's eight neighbours, whichever way it is turned: how many are brighter when they stand
 * together (0..8), 9 when they do not.
 */
function textureOf(light: Float64Array, x: number, y: number, columns: number, rows: number): number {
  const centre = (light[y * columns + x] ?? 0) + noticeable;
  let brighter = 0;
  let changes = 0;
  let before = isBrighter(7);
  for (let index = 0; index < neighbours.length; index++) {
    const now = isBrighter(index);
    if (now) brighter += 1;
    if (now !== before) changes += 1;
    before = now;
  }
  return changes <= 2 ? brighter : 9;

  function isBrighter(index: number): boolean {
    const [right, down] = neighbours[index] ?? [0, 0];
    const column = Math.min(columns - 1, Math.max(0, x + right));
    const row = Math.min(rows - 1, Math.max(0, y + down));
    return (light[row * columns + column] ?? 0) > centre;
  }
}

/** Shares `weight` between the two bins around `place`. */
function addBetween(histogram: Float64Array, start: number, place: number, weight: number): void {
  const lower = Math.floor(place);
  add(histogram, start + lower, weight * (1 - (place - lower)));
  if (place > lower) add(histogram, start + lower + 1, weight * (place - lower));
}

function add(histogram: Float64Array, index: number, weight: number): void {
  histogram[index] = (histogram[index] ?? 0) + weight;
}
