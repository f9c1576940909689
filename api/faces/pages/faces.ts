import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { eventPage } from '../../../views/pages/events/one.ts';
import { facePage } from '../../../views/pages/faces/one.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';
import { presentEvent } from '../present/event.ts';
import { presentFaceCard } from '../present/faceCards.ts';
import { presentFaceDetails } from '../present/faceDetails.ts';

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

export function oneEvent({
  eventQueries,
  faceQueries,
  extractors,
}: Pick<PageSources, 'eventQueries' | 'faceQueries' | 'extractors'>): RequestHandler {
  return async (req, res) => {
    const eventId = uuidOf(req, 'event_id');
    const found = await eventQueries.find(eventId);
    if (found === null) throw new DomainError('eventNotFound', `event ${eventId}`);
    const faces = found.faceIds.length === 0 ? [] : await faceQueries.cards(found.faceIds);
    const page = eventPage({ event: presentEvent(found), faces: faces.map(presentFaceCard), extractors });
    sendPage(req, res, 'events/one', page);
  };
}
