import type { TaskShape } from '../shapes.ts';

/** A task as the examples of components show it. */
export function exampleTask(changes: Partial<TaskShape> = {}): TaskShape {
  return {
    task_id: 128,
    task_type: 5,
    task_status: 1,
    state: 'running',
    generation: 1,
    create_time: '2026-03-02T01:30:00.000Z',
    end_time: null,
    last_update_time: '2026-03-02T01:42:10.000Z',
    result_id: null,
    count_task_parts_done: 3,
    count_task_parts_all: 8,
    content: {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces' },
    },
    rehearsal: false,
    description: 'Network upgrade',
    progress: {
      objects_expected: 16_000,
      objects_done: 6_200,
      objects_failed: 40,
      objects_skipped: 800,
      objects_per_second: 41.5,
      eta_seconds: 216,
    },
    running_ms: 172_000,
    ...{ samples_removed: 0, samples_left: 0, result_removed_time: null },
    ...{ created_by: null, created_by_login: 'root@visionlabs.ai', schedule_id: null, upgrade_id: null },
    held_by_maintenance: false,
    tasks_before: null,
    failure: null,
    slowed: null,
    undo: null,
    approval: null,
    ...changes,
  };
}
