import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { faceApiFolder } from './faceApiFolder.ts';
import { startRuntime } from './runtime.ts';

/** What we use of the package; its own declarations drag in a second copy of TensorFlow.js's. */
export interface FaceApi {
  readonly nets: {
    readonly ssdMobilenetv1: Net;
    readonly faceLandmark68Net: Net;
    readonly faceRecognitionNet: Net & {
      computeFaceDescriptor(input: tf.Tensor4D): Promise<OneOrMany<Float32Array>>;
    };
    readonly ageGenderNet: Net & {
      predictAgeAndGender(input: tf.Tensor4D): Promise<OneOrMany<AgeAndGender>>;
    };
    readonly faceExpressionNet: Net & {
      predictExpressions(input: tf.Tensor4D): Promise<OneOrMany<Record<string, number>>>;
    };
  };
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => object;
  detectAllFaces(
    input: tf.Tensor3D,
    options: object,
  ): { withFaceLandmarks(): Promise<readonly FaceWithLandmarks[]> };
}

/** A batch of one may come back without its list. */
export type OneOrMany<T> = T | readonly T[];

interface Net {
  loadFromWeightMap(weights: tf.NamedTensorMap): void;
}

export interface AgeAndGender {
  readonly age: number;
  readonly gender: 'male' | 'female';
  readonly genderProbability: number;
}

export interface FaceWithLandmarks {
  readonly detection: {
    readonly score: number;
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  };
  /** 68 points in pixels of the photo. */
  readonly landmarks: { readonly positions: readonly { readonly x: number; readonly y: number }[] };
}

const require = createRequire(import.meta.url);

let loaded: Promise<FaceApi> | undefined;

/**
 * The networks' code of @vladmandic/face-api on our runtime. Its WebAssembly build requires the union package
 * `@tensorflow/tfjs` (150 MB with training and WebGL); it is given the core instead, which has all it calls.
 */
export function loadFaceApi(): Promise<FaceApi> {
  loaded ??= compile();
  return loaded;
}

async function compile(): Promise<FaceApi> {
  await startRuntime();
  registerChainedOps();
  const given: Readonly<Record<string, object>> = {
    '@tensorflow/tfjs': tf,
    '@tensorflow/tfjs-backend-wasm': wasm,
  };
  const filename = join(faceApiFolder, 'dist', 'face-api.node-wasm.js');
  const run = compileFunction(await readFile(filename, 'utf8'), ['module', 'exports', 'require'], {
    filename,
  });
  const module: { exports: object } = { exports: {} };
  const find = (name: string): unknown => {
    const found: unknown = given[name] ?? require(name);
    return found;
  };
  Reflect.apply(run, undefined, [module, module.exports, find]);
  return module.exports as FaceApi;
}

/** Reads one network's weights out of the package into it. */
export async function loadWeights(net: Net, name: string): Promise<void> {
  const [manifest, weights] = await Promise.all([
    readFile(join(faceApiFolder, 'model', `${name}-weights_manifest.json`), 'utf8'),
    readFile(join(faceApiFolder, 'model', `${name}.bin`)),
  ]);
  const [group] = JSON.parse(manifest) as [{ weights: tf.io.WeightsManifestEntry[] }];
  net.loadFromWeightMap(tf.io.decodeWeights(new Uint8Array(weights).buffer, group.weights));
}

/** The core package has the operations only as functions; the networks' code also calls them on tensors. */
function registerChainedOps(): void {
  const { add, cast, concat, div, exp, expandDims, mean, mul, pad, relu } = tf;
  const { reshape, sigmoid, slice, softmax, sqrt, sub, transpose, unstack } = tf;
  const plain: Readonly<Record<string, unknown>> = {
    ...{ add, cast, concat, div, exp, expandDims, mean, mul, pad, relu },
    ...{ reshape, sigmoid, slice, softmax, sqrt, sub, transpose, unstack },
  };
  for (const [name, op] of Object.entries(plain)) define(name, op as TensorFunction);
  define('resizeBilinear', tf.image.resizeBilinear as TensorFunction);
  define('toInt', (tensor) => tf.cast(tensor, 'int32'));
  define('toFloat', (tensor) => tf.cast(tensor, 'float32'));
  define('as1D', (tensor) => tf.reshape(tensor, [tensor.size]));
  for (const rank of [2, 3, 4]) {
    define(`as${rank}D`, (tensor, ...shape) => tf.reshape(tensor, shape));
  }
}

type TensorFunction = (tensor: tf.Tensor, ...rest: never[]) => unknown;

function define(name: string, op: TensorFunction): void {
  Object.defineProperty(tf.Tensor.prototype, name, {
    configurable: true,
    value: function (this: tf.Tensor, ...rest: never[]) {
      return op(this, ...rest);
    },
  });
}
