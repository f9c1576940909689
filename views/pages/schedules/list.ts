import type { Permissions } from '../../../domain/accounts/permission.ts';
import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ScheduleShape } from '../../shapes.ts';
import { lookAgainAfter, scheduleCard, type ScheduleCard } from './scheduleCard.ts';

export interface SchedulesInput {
  /** Of whoever looks at them. */
  readonly permissions: Permissions;
  readonly schedules: readonly ScheduleShape[];
  readonly now: Date;
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface SchedulesPage {
  readonly head: PageHead;
  readonly count: string;
  readonly schedules: readonly ScheduleCard[];
  readonly empty: EmptyState;
  readonly pager: Pager | null;
  readonly newSchedule: string;
  readonly events: string;
  /** After how many seconds another run has passed; null: none will. */
  readonly lookAgain: number | null;
}

export function schedulesPage({
  permissions,
  schedules,
  now,
  count,
  page,
  pageSize,
}: SchedulesInput): SchedulesPage {
  return {
    head: { title: 'Schedules', section: 'schedules' },
    count: formatCount(count),
    schedules: schedules.map((schedule) => scheduleCard(schedule, permissions)),
    empty: {
      title: 'No schedule yet',
      text: 'A schedule creates the same task regularly: every night a removal of old faces, every week an extract of missing descriptors.',
      action: { text: 'New schedule', href: paths.newSchedule(), needs: 'run' },
    },
    pager: pager({
      things: 'schedules',
      page,
      pageSize,
      shown: schedules.length,
      count,
      href: (other) => paths.schedules({ page: other }),
    }),
    newSchedule: paths.newSchedule(),
    events: paths.allTaskEvents,
    lookAgain: lookAgainAfter(schedules, now),
  };
}
