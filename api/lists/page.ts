import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { listPage } from '../../views/pages/lists/one.ts';
import { presentFaceCards } from '../faces/present/faceCards.ts';
import { presentList } from './present.ts';
import type { PageSources } from '../html/deps.ts';
import { readFacePlace, shownFaces } from '../faces/pages/facePlace.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { uuidOf } from '../html/uuidOf.ts';

export function oneList({
  listQueries,
  faceQueries,
}: Pick<PageSources, 'listQueries' | 'faceQueries'>): RequestHandler {
  return async (req, res) => {
    const listId = uuidOf(req, 'list_id');
    const [list, faces] = await Promise.all([
      listQueries.find(listId),
      faceQueries.page({ listId }, readFacePlace(req.query), shownFaces),
    ]);
    if (list === null) throw new DomainError('listNotFound', `list ${listId}`);
    sendPage(req, res, 'lists/one', listPage({ list: presentList(list), faces: presentFaceCards(faces) }));
  };
}
