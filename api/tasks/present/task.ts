import type { SubtaskRow } from '../../../db/tasks/subtaskQueries.ts';
import type { TaskRow } from '../../../db/tasks/taskQueries.ts';
import { presentApproval } from '../../approvals/present.ts';
import { isRehearsal } from '../../../domain/gc/gcContent.ts';
import { recentRate } from '../../../domain/tasks/rate.ts';
import { isFinal, taskStatusOf } from '../../../domain/tasks/task.ts';

export type TaskJson = ReturnType<typeof presentTask>;

export function presentTask(task: TaskRow) {
  return {
    task_id: task.taskId,
    create_time: task.createTime.toISOString(),
    end_time: task.endTime?.toISOString() ?? null,
    last_update_time: task.lastUpdateTime.toISOString(),
    task_type: task.taskType,
    task_status: taskStatusOf(task.state),
    result_id: task.resultId,
    count_task_parts_done: task.partsDone,
    count_task_parts_all: task.partsAll,
    content: task.content,
    rehearsal: isRehearsal(task.content),
    description: task.description,
    state: task.state,
    progress: presentProgress(task),
    created_by: task.createdBy,
    schedule_id: task.scheduleId,
    upgrade_id: task.upgradeId,
    held_by_maintenance: task.isHeld,
    tasks_before: task.tasksBefore,
    notification_policy: task.notificationPolicy,
    failure: task.failure,
    slowed: task.slowed,
    approval: presentApproval(task.approval),
    undo: task.undo && { ...task.undo, until: isoOf(task.undo.until) },
  };
}

function isoOf(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** With what only the pages show. */
export function presentTaskOfPage(task: TaskRow) {
  return {
    ...presentTask(task),
    generation: task.generation,
    running_ms: task.runningMs,
    created_by_login: task.createdByLogin,
    result_removed_time: task.resultRemovedTime?.toISOString() ?? null,
    samples_removed: task.samplesRemoved,
    samples_left: task.samplesLeft,
  };
}

// The rate of a task that has not moved for an hour fades to nothing that can be divided by: no end is foreseen then.
const farthestSeconds = 366 * 24 * 60 * 60;

function presentProgress(task: TaskRow) {
  const dealtWith = task.objectsDone + task.objectsFailed + task.objectsSkipped;
  const left = Math.max(0, task.objectsExpected - dealtWith);
  const rate = rateOf(task, dealtWith);
  // More may still be planned, so what is left is not known before; nor is it where others add objects while it runs.
  const isKnown = task.state !== 'planning' && (left > 0 || task.state === 'collecting');
  const isForeseeable = rate !== null && left / rate <= farthestSeconds && !isFinal(task.state) && isKnown;
  return {
    objects_expected: task.objectsExpected,
    objects_done: task.objectsDone,
    objects_failed: task.objectsFailed,
    objects_skipped: task.objectsSkipped,
    objects_per_second: rate === null ? null : Math.round(rate * 10) / 10,
    eta_seconds: isForeseeable ? Math.round(left / rate) : null,
  };
}

/** Of late while the task is at work, its mean when it is over, none while nothing runs. */
function rateOf({ state, runningMs, recentObjects }: TaskRow, dealtWith: number): number | null {
  if (state === 'pending' || state === 'paused' || runningMs <= 0) return null;
  if (isFinal(state)) return dealtWith === 0 ? null : dealtWith / (runningMs / 1_000);
  return recentRate(recentObjects, runningMs);
}

export function presentSubtask(part: SubtaskRow) {
  return {
    subtask_id: part.subtaskId,
    task_id: part.taskId,
    subtask_status: taskStatusOf(part.state),
    create_time: part.createTime.toISOString(),
    end_time: part.endTime?.toISOString() ?? null,
    last_update_time: part.lastUpdateTime.toISOString(),
    content: { from_key: part.fromKey, to_key: part.toKey },
    attempt: part.attempt,
    progress: {
      objects_expected: part.expected,
      objects_done: part.done,
      objects_failed: part.failed,
      objects_skipped: part.skipped,
    },
    failure: part.failure,
    worker: part.worker,
    ended_attempts: part.endedAttempts,
  };
}
