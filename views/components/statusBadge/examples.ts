import { taskStates } from '../../../domain/tasks/task.ts';
import type { Example } from '../../examples/example.ts';
import { statusBadge, type StatusBadge } from './statusBadge.ts';

export const examples: readonly Example<StatusBadge>[] = [
  ...taskStates.map((state) => ({ name: state, input: statusBadge(state) })),
  { name: 'done, but some objects failed', input: statusBadge('done', 3) },
];
