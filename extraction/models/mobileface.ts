import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { alignmentCrop } from '../pictures/canonicalWarp.ts';
import { decodeCrop } from '../pictures/decode.ts';
import type { Model, Pixels } from '../extractor.ts';
import { loadGraphModelFile } from './graphModel.ts';
import { toUnitLength } from '../unitLength.ts';

const modelFile = fileURLToPath(new URL('mobileface/mobileface.json', import.meta.url));

/**
 * Pinned: RGB 112 × 112 of the alignment square, raw 0..255: the graph itself subtracts and scales. Fed with
 * 0..1 it answers nearly the same descriptor for everybody.
 */
export async function loadMobileface(): Promise<Model> {
  const network = await loadGraphModelFile(modelFile);
  const describe = async ({ data, width, height }: Pixels) => {
    const output = tf.tidy(() =>
      network.predict(tf.tensor4d(Float32Array.from(data), [1, height, width, 3])),
    );
    if (!(output instanceof tf.Tensor)) throw new Error('mobileface: one output expected');
    const descriptor = await output.data<'float32'>();
    output.dispose();
    return toUnitLength(descriptor);
  };
  return {
    decode: (jpeg) => decodeCrop(jpeg, alignmentCrop, 112),
    infer: async (pixels) => ({ descriptor: await describe(pixels) }),
  };
}
