import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { facePage } from '../../../views/pages/faces/one.ts';
import { presentFaceDetails } from '../present/faceDetails.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';

export function oneFace({
  faceQueries,
  extractors,
}: Pick<PageSources, 'faceQueries' | 'extractors'>): RequestHandler {
  return async (req, res) => {
    const faceId = uuidOf(req, 'face_id');
    const found = await faceQueries.find(faceId);
    if (found === null) throw new DomainError('faceNotFound', `face ${faceId}`);
    sendPage(req, res, 'faces/one', facePage({ face: presentFaceDetails(found), extractors }));
  };
}
