import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);

/** Folder of the package @vladmandic/face-api: weights are in `model`, photos in `demo`. */
export const faceApiFolder = dirname(require.resolve('@vladmandic/face-api/package.json'));
