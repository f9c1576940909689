import * as tf from '@tensorflow/tfjs-core';
import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { Crop } from '../pictures/canonicalWarp.ts';
import { decodeCrop } from '../pictures/decode.ts';
import type { Model, Pixels } from '../extractor.ts';
import { loadFaceApi, loadWeights, type AgeAndGender, type FaceApi, type OneOrMany } from './faceApi.ts';
import { toUnitLength } from '../unitLength.ts';

/** Centre and size that the package's own alignment gives a face that lies like ours. */
const tightCrop: Crop = { left: 50, top: 58, size: 150 };

/**
 * Pinned: RGB 150 × 150, 0..255, one to one out of the warp; the network's code subtracts the mean and scales.
 * Age, gender and emotions come from two more networks of the package on the same pixels.
 */
export async function loadResnet128(): Promise<Model> {
  const api = await loadFaceApi();
  const { faceRecognitionNet, ageGenderNet, faceExpressionNet } = api.nets;
  await Promise.all([
    loadWeights(faceRecognitionNet, 'face_recognition_model'),
    loadWeights(ageGenderNet, 'age_gender_model'),
    loadWeights(faceExpressionNet, 'face_expression_model'),
  ]);
  return {
    decode: (jpeg) => decodeCrop(jpeg, tightCrop, 150),
    infer: async ({ data, width, height }: Pixels, { attributes = false } = {}) => {
      const input = tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
      try {
        const descriptor = first(await faceRecognitionNet.computeFaceDescriptor(input));
        return {
          descriptor: toUnitLength(descriptor),
          ...(attributes ? { attributes: await findAttributes(api, input) } : {}),
        };
      } finally {
        input.dispose();
      }
    },
    tellAttributes: async ({ data, width, height }) => {
      const input = tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
      try {
        return await findAttributes(api, input);
      } finally {
        input.dispose();
      }
    },
  };
}

async function findAttributes(api: FaceApi, input: tf.Tensor4D): Promise<BasicAttributes> {
  const person = first(await api.nets.ageGenderNet.predictAgeAndGender(input));
  const emotions = first(await api.nets.faceExpressionNet.predictExpressions(input));
  return {
    age: round(person.age),
    gender: round(probabilityOfMale(person)),
    emotions: Object.fromEntries(Object.entries(emotions).map(([name, value]) => [name, round(value)])),
  };
}

const probabilityOfMale = ({ gender, genderProbability }: AgeAndGender) =>
  gender === 'male' ? genderProbability : 1 - genderProbability;

function first<T>(answer: OneOrMany<T>): T {
  const [only] = Array.isArray(answer) ? (answer as readonly T[]) : [answer as T];
  if (only === undefined) throw new Error('resnet128: one answer expected');
  return only;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
