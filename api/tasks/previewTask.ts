import type { PreviewWish, TaskPreviews } from '../../db/selection/preview/taskPreview.ts';
import {
  freezeExtractContent,
  type ExtractRequest,
  type ReadSurroundings,
} from '../../domain/extract/extractContent.ts';
import { freezeGcContent, withManner, type GcManner, type GcRequest } from '../../domain/gc/gcContent.ts';
import { whyApproval, type ApprovalCause, type ApprovalRule } from '../../domain/approvals/approval.ts';
import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import type { TaskPreview } from '../../domain/tasks/preview.ts';
import { taskTypes } from '../../domain/tasks/task.ts';

/** A task that somebody thinks of. */
export type PreviewBody =
  | ({ readonly task_type: typeof taskTypes.gc; readonly content: GcRequest } & GcManner)
  | { readonly task_type: typeof taskTypes.additionalExtract; readonly content: ExtractRequest };

export interface PreviewTaskDeps {
  readonly readSurroundings: ReadSurroundings;
  readonly taskPreviews: TaskPreviews;
  /** Null: nothing needs an approval. */
  readonly approvalRule: ApprovalRule | null;
}

export interface ApprovedPreview extends TaskPreview {
  /** Why another administrator has to approve it; null: no one has. */
  readonly needsApproval: ApprovalCause | null;
}

export type PreviewTask = ReturnType<typeof createPreviewTask>;

/** What a task would deal with; refuses what creating it would refuse, now or, `forLater`, at any time. */
export function createPreviewTask(deps: PreviewTaskDeps) {
  /** @throws DomainError as the content's own checks do */
  return async (body: PreviewBody, wish: PreviewWish = {}): Promise<ApprovedPreview> => {
    const around = await deps.readSurroundings();
    const workAt = (now: Date): TaskWork =>
      body.task_type === taskTypes.gc
        ? { kind: 'gc', content: freezeGcContent(withManner(body.content, body), now) }
        : { kind: 'extract', content: freezeExtractContent(body.content, { ...around, now }) };
    const preview = await deps.taskPreviews.preview(workAt, wish);
    const { approvalRule } = deps;
    return {
      ...preview,
      needsApproval: approvalRule === null ? null : whyApproval(workAt(preview.time), preview, approvalRule),
    };
  };
}
