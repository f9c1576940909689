import type { Request } from 'express';
import { isUuid } from '../../html/uuidOf.ts';

export const shownFaces = 24;

/** Where a page of faces begins; what cannot be read means the newest ones. */
export function readFacePlace(query: Request['query']): { before?: string; after?: string } {
  const { before, after } = query;
  if (isUuid(before)) return { before };
  return isUuid(after) ? { after } : {};
}
