import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { Crop } from '../pictures/canonicalWarp.ts';
import { decodeCrop } from '../pictures/decode.ts';
import type { Model, Pixels } from '../extractor.ts';
import { loadGraphModelFile } from './graphModel.ts';
import { toUnitLength } from '../unitLength.ts';

const require = createRequire(import.meta.url);
const packageFolder = join(dirname(require.resolve('@vladmandic/human')), '..');

const wideCrop: Crop = { left: 15, top: 15, size: 220 };

/**
 * Pinned: RGB 224 × 224 of the face with its margin, raw 0..255. One pass gives descriptor, age (100 classes
 * of a year) and gender.
 */
export async function loadFaceres(): Promise<Model> {
  const network = await loadGraphModelFile(join(packageFolder, 'models', 'faceres.json'));
  return {
    decode: (jpeg) => decodeCrop(jpeg, wideCrop, 224),
    infer: async (pixels, { attributes = false } = {}) => {
      const [descriptor, male, ages] = await run(network, pixels);
      return {
        descriptor: toUnitLength(descriptor),
        ...(attributes ? { attributes: toAttributes(male, ages) } : {}),
      };
    },
    tellAttributes: async (pixels) => {
      const [, male, ages] = await run(network, pixels);
      return toAttributes(male, ages);
    },
  };
}

async function run(
  network: Awaited<ReturnType<typeof loadGraphModelFile>>,
  { data, width, height }: Pixels,
): Promise<[Float32Array, Float32Array, Float32Array]> {
  const outputs = tf.tidy(() =>
    network.execute(tf.tensor4d(Float32Array.from(data), [1, height, width, 3]), [
      'global_pooling/Mean',
      'gender_pred/Sigmoid:0',
      'age_pred/Softmax:0',
    ]),
  );
  if (!Array.isArray(outputs)) throw new Error('faceres: three outputs expected');
  const [descriptor, gender, age] = await Promise.all(outputs.map((output) => output.data<'float32'>()));
  tf.dispose(outputs);
  if (descriptor === undefined || gender === undefined || age === undefined) {
    throw new Error('faceres: three outputs expected');
  }
  return [descriptor, gender, age];
}

/** The expectation over the classes: steadier than the most probable one. */
function toAttributes(male: Float32Array, ages: Float32Array): BasicAttributes {
  return {
    age: round(ages.reduce((sum, probability, year) => sum + probability * year, 0)),
    gender: round(male[0] ?? 0),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
