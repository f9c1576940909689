import { createRequire } from 'node:module';
import { v7 as newId } from 'uuid';
import sharp from 'sharp';
import type { ApiServer } from '../support/servers/apiServer.ts';
import { buildFace, insertFaces, type FaceRow } from '../support/rows/rows.ts';

const photo = createRequire(import.meta.url).resolve('@vladmandic/face-api/demo/sample1.jpg');

/** A real photograph, small as a sample is. */
export function photograph(format: 'jpeg' | 'png' | 'webp' = 'jpeg'): Promise<Buffer> {
  return sharp(photo).resize(160, 160, { position: 'attention' }).toFormat(format).toBuffer();
}

/** Faces with a sample in the store each; the last one has none. */
export async function insertPicturedFaces(
  { db, images }: Pick<ApiServer, 'db' | 'images'>,
  count: number,
  overrides: Partial<FaceRow> = {},
): Promise<FaceRow[]> {
  const bytes = await photograph();
  const faces = Array.from({ length: count }, (_, n): FaceRow => {
    const { storageKey: _none, ...bare } = buildFace({ versions: n % 2 === 0 ? [1, 3] : [1], ...overrides });
    return n === count - 1 ? bare : { ...bare, storageKey: newId() };
  });
  for (const { storageKey } of faces) if (storageKey != null) await images.put(storageKey, bytes);
  await insertFaces(db, faces);
  return faces;
}
