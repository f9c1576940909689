import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

let ready: Promise<void> | undefined;

/**
 * TensorFlow.js on WebAssembly, one thread: more threads gain nothing on networks this small, processes do.
 * The .wasm files are found beside the backend in node_modules; a path set by hand would be fetched, which
 * Node cannot do for files.
 */
export function startRuntime(): Promise<void> {
  ready ??= start();
  return ready;
}

async function start(): Promise<void> {
  setThreadsCount(1);
  tf.enableProdMode();
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly backend of TensorFlow.js does not start');
  await tf.ready();
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('This machine lacks WebAssembly SIMD, without which extraction is many times slower');
  }
}
