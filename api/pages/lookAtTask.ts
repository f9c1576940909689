import type { Request } from 'express';
import type { TaskPreviewInput } from '../../views/pages/tasks/taskPreview.ts';
import { presentTaskPreview } from '../present/taskPreview.ts';
import { identityOf } from '../requestContext.ts';
import type { OwnedVersion, PageSources } from './deps.ts';
import { picturedObjects } from './picturedObjects.ts';
import type { TaskOrder } from './taskForm.ts';

export type LookSources = Pick<
  PageSources,
  'faceLists' | 'eventLists' | 'previewTask' | 'versionUse' | 'defaultFaceVersion' | 'defaultBodyVersion'
>;

// Removing this many objects or more asks for their number.
const countTypedFrom = 1_000;

/** What a form orders, as it would be now. `path`: of the operation that a client would send the body to. */
export function lookAtTask(sources: LookSources) {
  return async (req: Request, order: TaskOrder, path: string, body: object): Promise<TaskPreviewInput> => {
    const removed = defaultVersionOf(order, sources);
    const [found, withoutOther] = await Promise.all([
      order.taskType === 5
        ? sources.previewTask({ task_type: 5, content: order.content })
        : sources.previewTask({ task_type: 4, content: order.content }),
      removed === null ? null : sources.versionUse.countWithoutOther(removed),
    ]);
    const isLoss = removed !== null && found.count > 0;
    return {
      ...presentTaskPreview(found),
      pictured: await picturedObjects(sources, found.sample),
      request: {
        url: `${req.protocol}://${req.get('host') ?? 'localhost'}/4${path}`,
        login: identityOf(req).account.login,
        body,
      },
      loss: isLoss ? { objects: removed.objects, withoutOther } : null,
      needsCount: order.taskType === 4 && (found.count >= countTypedFrom || isLoss),
    };
  };
}

/** The number as it was shown or nearly: objects may have come or gone since. */
export function isCount(typed: string | undefined, count: number): boolean {
  const digits = (typed ?? '').replaceAll(/[\s,.]/g, '');
  return /^\d+$/.test(digits) && Math.abs(Number(digits) - count) <= count / 100;
}

/** The default version, where that is what is removed. */
function defaultVersionOf(
  order: TaskOrder,
  { defaultFaceVersion, defaultBodyVersion }: LookSources,
): OwnedVersion | null {
  if (order.taskType !== 4) return null;
  const { target, filters = {} } = order.content;
  if (target !== 'face_descriptors' && target !== 'event_descriptors') return null;
  const { descriptor_version: version, descriptor_type: type = 'face' } = filters;
  const isDefault = version === (type === 'face' ? defaultFaceVersion : defaultBodyVersion);
  return isDefault ? { objects: target === 'face_descriptors' ? 'faces' : 'events', version, type } : null;
}
