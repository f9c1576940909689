import type { Request } from 'express';
import type { OwnedVersion } from '../../../domain/extract/heldVersions.ts';
import type { DefaultVersions } from '../../../domain/extract/networks.ts';
import type { PreviewObject } from '../../../domain/tasks/preview.ts';
import { formatCount } from '../../../views/assets/words.js';
import { removeWord, type TaskPreviewInput } from '../../../views/pages/tasks/preview/taskPreview.ts';
import type { EventCardShape, FaceCardShape } from '../../../views/pages/faces/faceShapes.ts';
import { presentEventCard } from '../../faces/present/event.ts';
import { presentFaceCard } from '../../faces/present/faceCards.ts';
import type { PageSources } from '../../html/deps.ts';
import { identityOf, originOf } from '../../http/requestContext.ts';
import { presentTaskPreview } from '../present/taskPreview.ts';
import { extractsEverything, type TaskRequest } from './taskForm.ts';

export type LookSources = Pick<
  PageSources,
  'faceQueries' | 'eventQueries' | 'previewTask' | 'versionUse' | 'defaultVersions'
>;

interface ClientRequest {
  readonly method?: 'PUT';
  readonly path: string;
  readonly body: object;
}

// Removing this many objects or more asks for their number.
const countTypedFrom = 1_000;
// A page is to come within some seconds.
const countAllMs = 3_000;
const countIsGoodForMs = 3_600_000;

/** What a form asks for, now or `forLater`, as it would be now, and what a client would send to request it. */
export function previewForm(sources: LookSources, when: { readonly forLater?: boolean } = {}) {
  return async (
    req: Request,
    request: TaskRequest,
    sent: ClientRequest,
    at?: Date,
  ): Promise<TaskPreviewInput> => {
    const removed = defaultVersionOf(request, await sources.defaultVersions.read());
    const [found, withoutOther] = await Promise.all([
      request.taskType === 5
        ? sources.previewTask({ task_type: 5, content: request.content }, when)
        : sources.previewTask(
            { task_type: 4, content: request.content },
            { ...when, countAllMs, ...(at && { at }) },
          ),
      removed === null ? null : sources.versionUse.countWithoutOther(removed),
    ]);
    const isLoss = removed !== null && found.count > 0;
    return {
      ...presentTaskPreview(found),
      pictured: await picturedObjects(sources, found.sample),
      request: {
        ...{ method: sent.method ?? 'POST', body: sent.body },
        url: `${originOf(req)}/4${sent.path}`,
        login: identityOf(req).account.login,
      },
      loss: isLoss ? { objects: removed.objects, withoutOther } : null,
      needsCount:
        request.taskType === 4 &&
        request.content.rehearsal !== true &&
        (found.count >= countTypedFrom || isLoss),
      isEverything: extractsEverything(request),
    };
  };
}

/**
 * When the objects that a form confirms were counted, as it says itself; undefined: it does not, or so long ago that they
 * are counted anew.
 */
export function countedAt(value: string | undefined, now: Date): Date | undefined {
  const at = new Date(value ?? '');
  const ageMs = now.getTime() - at.getTime();
  return ageMs >= 0 && ageMs <= countIsGoodForMs ? at : undefined;
}

/** What is wrong with what was typed to confirm a removal, where that is asked for. */
export function countFault(
  { needsCount, count, exact }: TaskPreviewInput,
  typed = '',
): Record<string, string> | null {
  if (!needsCount) return null;
  const isConfirmed = exact ? typed.replaceAll(/[\s,.]/g, '') === String(count) : typed.trim() === removeWord;
  if (isConfirmed) return null;
  return { confirm_count: `type ${exact ? formatCount(count) : removeWord}` };
}

/** The default version, where that is what is removed; a rehearsal removes nothing. */
function defaultVersionOf(request: TaskRequest, defaults: DefaultVersions): OwnedVersion | null {
  if (request.taskType !== 4) return null;
  const { target, filters = {}, rehearsal = false } = request.content;
  if (rehearsal) return null;
  if (target !== 'face_descriptors' && target !== 'event_descriptors') return null;
  const { descriptor_version: version, descriptor_type: type = 'face' } = filters;
  return version === defaults[type]
    ? { objects: target === 'face_descriptors' ? 'faces' : 'events', version, type }
    : null;
}

/** The objects of a preview with what their pictures are shown by. */
async function picturedObjects(
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
