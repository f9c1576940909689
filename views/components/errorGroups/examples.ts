import { permissionsOf } from '../../../domain/accounts/permission.ts';
import type { Example } from '../../examples/example.ts';
import { exampleTask } from '../../examples/task.ts';
import { errorGroups, type ErrorGroups } from './errorGroups.ts';

const groups = [
  {
    error_code: 28100,
    desc: 'Sample missing',
    count: 38,
    sample: { detail: 'no file of this name', object_id: '01900000-0000-7000-8000-000000000017' },
    first_time: '2026-03-02T01:31:02.000Z',
    last_time: '2026-03-02T01:40:57.000Z',
  },
  {
    error_code: 28101,
    desc: 'Sample unreadable',
    count: 2,
    sample: { detail: 'not a picture', object_id: '01900000-0000-7000-8000-000000000021' },
    first_time: '2026-03-02T01:33:40.000Z',
    last_time: '2026-03-02T01:35:12.000Z',
  },
];

const all = permissionsOf('admin', true);

export const examples: readonly Example<ErrorGroups>[] = [
  { name: 'The task still runs', input: errorGroups(exampleTask(), groups, all) },
  {
    name: 'The task has ended: each can be retried',
    input: errorGroups(exampleTask({ state: 'failed' }), groups, all),
  },
];
