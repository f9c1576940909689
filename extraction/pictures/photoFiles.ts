import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

const require = createRequire(import.meta.url);

const photoExtensions = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
  '.heic',
]);

/** True for names of files that may hold a photo. */
export function isPhotoName(name: string): boolean {
  return photoExtensions.has(extname(name).toLowerCase());
}

/**
 * The six group photos, 22 faces, that come with @vladmandic/face-api: real people for demo and tests. The
 * screenshots beside them show the same people again and are left out.
 */
export const samplePhotos: readonly string[] = [1, 2, 3, 4, 5, 6].map((number) =>
  join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo', `sample${number}.jpg`),
);
