import type { Example } from '../../examples/example.ts';
import { exampleTask } from '../../examples/task.ts';
import { progress, type Progress } from './progress.ts';

const nothing = { objects_expected: 0, objects_done: 0, objects_failed: 0, objects_skipped: 0 };
const counting = { ...nothing, objects_per_second: null, eta_seconds: null };

export const examples: readonly Example<Progress>[] = [
  { name: 'In a row', input: progress(exampleTask()) },
  { name: 'Of a task’s page', input: progress(exampleTask({ task_id: 129 })), option: true },
  {
    name: 'Still counting',
    input: progress(exampleTask({ task_id: 130, state: 'planning', progress: counting })),
  },
  {
    name: 'There was nothing to do',
    input: progress(exampleTask({ task_id: 131, state: 'done', progress: counting })),
  },
];
