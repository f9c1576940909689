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
  const restore = keepListeners();
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly backend of TensorFlow.js does not start');
  await tf.ready();
  restore();
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('This machine lacks WebAssembly SIMD, without which extraction is many times slower');
  }
}

/**
 * The compiled backend listens for the process's uncaught exceptions only to throw them once more, which prints its
 * own source of one line and 200 kB before the error. Answers a function that takes such listeners away again.
 */
function keepListeners(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = new Map(events.map((event) => [event, process.rawListeners(event)]));
  return () => {
    for (const event of events) {
      const added = process.rawListeners(event).filter((listener) => !before.get(event)?.includes(listener));
      for (const listener of added) process.off(event, listener as () => void);
    }
  };
}
