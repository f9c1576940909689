import type { TaskRef } from '../domain/tasks/parts.ts';
import { taskWorkflowId } from '../workflows/messages.ts';

export interface WorkflowUrlOptions {
  /** Where the Temporal Web UI is; undefined: nowhere that is known. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  readonly taskQueuePrefix: string;
}

/** The address of a task's workflow in Temporal Web UI. */
export function createWorkflowUrl({ uiUrl, namespace, taskQueuePrefix }: WorkflowUrlOptions) {
  return (ref: TaskRef): string | null =>
    uiUrl === undefined
      ? null
      : `${uiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(taskWorkflowId(taskQueuePrefix, ref))}`;
}
