import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { eventPage } from '../../../views/pages/events/one.ts';
import { facePage } from '../../../views/pages/faces/one.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';
import { deletionOf, readHistory } from '../present/history.ts';
import { presentEvent } from '../present/event.ts';
import { presentFaceCard } from '../present/faceCards.ts';
import { presentFaceDetails } from '../present/faceDetails.ts';

export function oneFace({
  faceQueries,
  objectHistory,
  extractors,
}: Pick<PageSources, 'faceQueries' | 'objectHistory' | 'extractors'>): RequestHandler {
  return async (req, res) => {
    const faceId = uuidOf(req, 'face_id');
    const found = await faceQueries.find(faceId);
    if (found === null)
      throw new DomainError(
        'faceNotFound',
        (await deletionOf(objectHistory, faceId, 'face')) ?? `face ${faceId}`,
      );
    const history = await readHistory(objectHistory, faceId, 'face');
    sendPage(req, res, 'faces/one', facePage({ face: presentFaceDetails(found), extractors, history }));
  };
}

export function oneEvent({
  eventQueries,
  faceQueries,
  objectHistory,
  extractors,
}: Pick<PageSources, 'eventQueries' | 'faceQueries' | 'objectHistory' | 'extractors'>): RequestHandler {
  return async (req, res) => {
    const eventId = uuidOf(req, 'event_id');
    const found = await eventQueries.find(eventId);
    if (found === null)
      throw new DomainError(
        'eventNotFound',
        (await deletionOf(objectHistory, eventId, 'event')) ?? `event ${eventId}`,
      );
    const history = await readHistory(objectHistory, eventId, 'event');
    const faces = found.faceIds.length === 0 ? [] : await faceQueries.cards(found.faceIds);
    const page = eventPage({
      event: presentEvent(found),
      faces: faces.map(presentFaceCard),
      extractors,
      history,
    });
    sendPage(req, res, 'events/one', page);
  };
}
