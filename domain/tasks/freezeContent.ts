import {
  freezeExtractContent,
  type ExtractContent,
  type ExtractRequest,
  type ExtractSurroundings,
} from '../extract/extractContent.ts';
import { freezeGcContent, type GcContent, type GcRequest } from '../gc/gcContent.ts';
import { taskTypes, type TaskType } from './task.ts';

/**
 * The content of a task of either type, from what was asked for.
 * @throws DomainError as freezeGcContent and freezeExtractContent do
 */
export function freezeContent(
  taskType: TaskType,
  request: GcRequest | ExtractRequest,
  around: ExtractSurroundings,
): GcContent | ExtractContent {
  return taskType === taskTypes.gc
    ? freezeGcContent(request as GcRequest, around.now)
    : freezeExtractContent(request as ExtractRequest, around);
}
