import type { PreviewObject } from '../../../domain/tasks/preview.ts';
import type { EventCardShape, FaceCardShape } from '../../../views/shapes.ts';
import { presentEventCard } from '../../faces/present/event.ts';
import { presentFaceCard } from '../../faces/present/faceCards.ts';
import type { PageSources } from '../../html/deps.ts';

/** The objects of a preview with what their pictures are shown by. */
export async function picturedObjects(
  { faceQueries, eventQueries }: Pick<PageSources, 'faceQueries' | 'eventQueries'>,
  objects: readonly PreviewObject[],
): Promise<{ faces: FaceCardShape[]; events: EventCardShape[] }> {
  const faceIds = objects.flatMap((object) => ('faceId' in object ? [object.faceId] : []));
  const eventIds = objects.flatMap((object) => ('eventId' in object ? [object.eventId] : []));
  const [faces, events] = await Promise.all([
    faceIds.length === 0 ? [] : faceQueries.cards(faceIds),
    eventIds.length === 0 ? [] : eventQueries.cards(eventIds),
  ]);
  return { faces: faces.map(presentFaceCard), events: events.map(presentEventCard) };
}
