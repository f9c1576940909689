import type { Example } from '../../examples/example.ts';
import { exampleTask } from '../../examples/task.ts';
import { taskTable, type TaskTable } from './taskTable.ts';

const ended = exampleTask({
  task_id: 127,
  state: 'done',
  end_time: '2026-03-02T01:29:00.000Z',
  description: null,
  progress: { ...exampleTask().progress, objects_done: 15_960, objects_skipped: 0 },
});
const sorting = {
  created: { href: '#taskTable', order: 'descending' },
  ended: { href: '#taskTable', order: null },
} as const;

export const examples: readonly Example<TaskTable>[] = [
  { name: 'To look at', input: taskTable('Newest tasks', [exampleTask()], 'created') },
  { name: 'What has ended', input: taskTable('Recent tasks', [ended], 'ended') },
  { name: 'To sort and select', input: taskTable('All tasks', [exampleTask({ task_id: 126 })], sorting) },
];
