import type { Example } from '../../examples/example.ts';
import { pager, type Pager } from './pager.ts';

const href = (): string => '#pager';

export const examples: readonly Example<Pager | null>[] = [
  {
    name: 'The first page',
    input: pager({ things: 'tasks', page: 1, pageSize: 20, shown: 20, count: 1_234, href }),
  },
  {
    name: 'In the middle',
    input: pager({ things: 'errors', page: 7, pageSize: 20, shown: 20, count: 1_234, href }),
  },
  {
    name: 'Past the end',
    input: pager({ things: 'schedules', page: 90, pageSize: 20, shown: 0, count: 30, href }),
  },
];
