import { formatCount } from '../../assets/words.js';
import type { Confirm } from '../../components/confirm/confirm.ts';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import type { Fact } from '../../components/facts/facts.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ScheduleRunShape, ScheduleShape } from '../../shapes.ts';
import { toldStatuses } from '../tasks/notificationFields.ts';
import { describeContent } from '../tasks/describeContent.ts';
import { nextRun, type NextRun } from './nextRun.ts';

export interface SchedulesInput {
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

interface ScheduleCard {
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly badge: StatusBadge;
  readonly cron: string;
  readonly timeZone: string;
  readonly overlap: string;
  readonly content: readonly Fact[];
  readonly contentJson: string;
  readonly nextRuns: readonly NextRun[];
  /** Said when there are none. */
  readonly noRuns: string;
  readonly lastRun: LastRun | null;
  /** null: nobody is told. */
  readonly told: { readonly url: string; readonly when: string } | null;
  readonly change: string;
  readonly toggle: { readonly text: string; readonly action: string; readonly strong: boolean };
  readonly remove: Confirm;
}

interface LastRun {
  readonly words: string;
  readonly time: Time;
  readonly task: { readonly text: string; readonly href: string } | null;
}

export const overlapWords: Readonly<Record<string, string>> = {
  skip: 'no second task while one has not ended',
  buffer_one: 'one task waits until the last has ended',
  allow_all: 'tasks may run beside each other',
};

const outcomeWords: Readonly<Record<string, string>> = {
  started: 'made',
  skipped: 'skipped, the task before it had not ended',
  waiting: 'waits for the task before it',
  failed: 'failed',
  missed: 'missed',
};

// What the engine writes of a run is told within seconds; while it is away the time passes all the same.
const runLateSeconds = 5;
// A browser's timer holds 24 days at most.
const lookAgainAtMost = 86_400;

export function schedulesPage({ schedules, now, count, page, pageSize }: SchedulesInput): SchedulesPage {
  return {
    head: { title: 'Schedules', section: 'schedules' },
    count: formatCount(count),
    schedules: schedules.map(scheduleCard),
    empty: {
      title: 'No schedule yet',
      text: 'A schedule makes the same task again and again: every night the faces that are too old, every week the descriptors that are missing.',
      action: { text: 'New schedule', href: paths.newSchedule() },
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

function lookAgainAfter(schedules: readonly ScheduleShape[], now: Date): number | null {
  const runs = schedules.flatMap(({ next_runs }) => next_runs.slice(0, 1));
  if (runs.length === 0) return null;
  const seconds = (Math.min(...runs.map((run) => Date.parse(run))) - now.getTime()) / 1_000;
  return Math.min(lookAgainAtMost, Math.ceil(seconds) + runLateSeconds);
}

function scheduleCard(schedule: ScheduleShape): ScheduleCard {
  const { schedule_id, active, content } = schedule;
  const { title, facts } = describeContent(schedule.task_type, content);
  return {
    id: schedule_id,
    title,
    description: schedule.description,
    badge: badgeOf(schedule),
    cron: schedule.cron,
    timeZone: schedule.time_zone,
    overlap: overlapWords[schedule.overlap_policy] ?? schedule.overlap_policy,
    content: facts,
    contentJson: JSON.stringify(content, null, 2),
    nextRuns: schedule.next_runs.map((run) => nextRun(run, schedule.time_zone)),
    noRuns: active ? 'none, no date matches any more' : 'none while it is stopped',
    lastRun: schedule.last_run === null ? null : lastRun(schedule.last_run),
    told: schedule.notification_policy === null ? null : told(schedule.notification_policy),
    change: paths.changeSchedule(schedule_id),
    toggle: active
      ? { text: 'Stop', action: paths.scheduleAction(schedule_id, 'stop'), strong: false }
      : { text: 'Start', action: paths.scheduleAction(schedule_id, 'start'), strong: true },
    remove: {
      text: 'Remove…',
      consequence: 'It makes no more tasks. Those that it has made stay, and go on.',
      action: paths.scheduleAction(schedule_id, 'remove'),
      button: 'Remove the schedule',
    },
  };
}

function badgeOf({ active, followed }: ScheduleShape): StatusBadge {
  if (!active) return { text: 'Stopped', tone: 'neutral', lively: false };
  // The engine follows within seconds; for longer it waits only while it is away.
  if (!followed) return { text: 'Waits for the engine', tone: 'waiting', lively: true };
  return { text: 'Started', tone: 'good', lively: false };
}

function lastRun({ scheduled_time, outcome, task_id, failure }: ScheduleRunShape): LastRun {
  const why = failure === null ? '' : `: ${failure.detail ?? failure.desc ?? ''}`;
  return {
    words: `${outcomeWords[outcome] ?? outcome}${why}`,
    time: time(scheduled_time),
    task: task_id === null ? null : { text: `task ${task_id}`, href: paths.task(task_id) },
  };
}

function told({ url, statuses }: NonNullable<ScheduleShape['notification_policy']>): ScheduleCard['told'] {
  const names = toldStatuses.filter(({ status }) => statuses.includes(status)).map(({ label }) => label);
  return { url, when: `when a task is ${names.join(', ').toLowerCase()}` };
}
