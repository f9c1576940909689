import * as tf from '@tensorflow/tfjs-core';
import type { Point } from './canonicalWarp.ts';
import { loadFaceApi, loadWeights, type FaceWithLandmarks } from '../models/faceApi.ts';
import type { Photo } from './photo.ts';

export interface DetectedFace {
  /** Confidence of the detector, 0..1. */
  readonly score: number;
  readonly width: number;
  readonly height: number;
  /** Eyes, nose, corners of the mouth, in pixels of the photo; order of `canonicalPoints`. */
  readonly landmarks: readonly Point[];
}

export interface FaceDetector {
  /** Faces from left to right. */
  detect(photo: Photo): Promise<DetectedFace[]>;
}

const minConfidence = 0.5;
const maxFaces = 100;

/** Single-shot detector and 68 landmarks of @vladmandic/face-api. Holds the thread while it works (0.5 s a photo). */
export async function createFaceDetector(): Promise<FaceDetector> {
  const api = await loadFaceApi();
  await Promise.all([
    loadWeights(api.nets.ssdMobilenetv1, 'ssd_mobilenetv1_model'),
    loadWeights(api.nets.faceLandmark68Net, 'face_landmark_68_model'),
  ]);
  const options = new api.SsdMobilenetv1Options({ minConfidence, maxResults: maxFaces });
  return {
    detect: async ({ data, width, height }) => {
      const input = tf.tensor3d(Int32Array.from(data), [height, width, 3], 'int32');
      try {
        const faces = await api.detectAllFaces(input, options).withFaceLandmarks();
        return faces.map(toDetectedFace).sort((one, other) => middleX(one) - middleX(other));
      } finally {
        input.dispose();
      }
    },
  };
}

function toDetectedFace({ detection, landmarks }: FaceWithLandmarks): DetectedFace {
  const points = landmarks.positions;
  const mean = (from: number, to: number): Point => {
    const some = points.slice(from, to);
    return {
      x: some.reduce((sum, { x }) => sum + x, 0) / some.length,
      y: some.reduce((sum, { y }) => sum + y, 0) / some.length,
    };
  };
  return {
    score: detection.score,
    width: detection.box.width,
    height: detection.box.height,
    // The usual numbering of the 68 points: 36–41 and 42–47 the eyes, 30 the tip of the nose, 48 and 54 the mouth.
    landmarks: [mean(36, 42), mean(42, 48), mean(30, 31), mean(48, 49), mean(54, 55)],
  };
}

const middleX = ({ landmarks }: DetectedFace) =>
  landmarks.reduce((sum, { x }) => sum + x, 0) / landmarks.length;
