import type { Request, RequestHandler, Response } from 'express';
import type { ObjectHistory } from '../../../db/tasks/objectHistory.ts';
import { DomainError, errorTable } from '../../../domain/errors.ts';
import { eventPage } from '../../../views/pages/events/one.ts';
import { gonePage } from '../../../views/pages/faces/gone.ts';
import { facePage } from '../../../views/pages/faces/one.ts';
import { findRemoval } from '../../erasure/findRemoval.ts';
import { actorOf, contextOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';
import { readHistory } from '../present/history.ts';
import { presentEvent } from '../present/event.ts';
import { presentFaceCard } from '../present/faceCards.ts';
import { presentFaceDetails } from '../present/faceDetails.ts';

export function oneFace({
  auditViews,
  faceQueries,
  objectHistory,
  extractors,
}: Pick<PageSources, 'auditViews' | 'faceQueries' | 'objectHistory' | 'extractors'>): RequestHandler {
  return async (req, res) => {
    const faceId = uuidOf(req, 'face_id');
    const found = await faceQueries.find(faceId);
    if (found === null) {
      await sendGone(req, res, objectHistory, 'face', faceId);
      return;
    }
    await auditViews.record({
      ...{ actor: actorOf(req), action: 'face.view', objectType: 'face', objectId: faceId },
    });
    const history = await readHistory(objectHistory, faceId, 'face');
    sendPage(req, res, 'faces/one', facePage({ face: presentFaceDetails(found), extractors, history }));
  };
}

export function oneEvent({
  auditViews,
  eventQueries,
  faceQueries,
  objectHistory,
  extractors,
}: Pick<
  PageSources,
  'auditViews' | 'eventQueries' | 'faceQueries' | 'objectHistory' | 'extractors'
>): RequestHandler {
  return async (req, res) => {
    const eventId = uuidOf(req, 'event_id');
    const found = await eventQueries.find(eventId);
    if (found === null) {
      await sendGone(req, res, objectHistory, 'event', eventId);
      return;
    }
    await auditViews.record({
      ...{ actor: actorOf(req), action: 'event.view', objectType: 'event', objectId: eventId },
    });
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

/** Which task has removed it, and the button of a certificate. @throws DomainError when none is known */
async function sendGone(
  req: Request,
  res: Response,
  history: ObjectHistory,
  kind: 'face' | 'event',
  objectId: string,
): Promise<void> {
  const removal = await findRemoval(history, objectId, kind);
  const error = kind === 'face' ? 'faceNotFound' : 'eventNotFound';
  if (removal === null) throw new DomainError(error, `${kind} ${objectId}`);
  const { code, status } = errorTable[error];
  contextOf(req).errorCode = code;
  const page = gonePage({ kind, objectId, taskId: removal.taskId, time: removal.time.toISOString() });
  sendPage(req, res, 'faces/gone', page, status);
}
