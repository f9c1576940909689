import type { Confirm } from '../../components/confirm/confirm.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { ScheduleRunShape, ScheduleShape } from '../../shapes.ts';
import { describeContent } from '../tasks/describeContent.ts';
import { toldStatuses } from '../tasks/fields/notificationFields.ts';
import { cronWords } from './cronWords.ts';
import { nextRun, type NextRun } from './nextRun.ts';
import { runBadge, scheduleBadge } from './scheduleWords.ts';

/** A schedule in the list of them. */
export interface ScheduleCard {
  readonly id: number;
  readonly href: string;
  readonly title: string;
  readonly description: string | null;
  readonly badge: StatusBadge;
  readonly when: string;
  /** null: it is stopped, or no date matches any more. */
  readonly nextRun: NextRun | null;
  readonly noRuns: string;
  readonly lastRun: LastRun | null;
  readonly change: string;
  readonly toggle: Toggle;
  readonly remove: Confirm;
}

interface LastRun {
  readonly time: Time;
  readonly badge: StatusBadge;
  readonly task: { readonly text: string; readonly href: string } | null;
  readonly why: string | null;
}

export interface Toggle {
  readonly text: string;
  readonly action: string;
  readonly strong: boolean;
}

export function scheduleCard(schedule: ScheduleShape): ScheduleCard {
  const { schedule_id, active } = schedule;
  const [next] = schedule.next_runs;
  return {
    id: schedule_id,
    href: paths.schedule(schedule_id),
    title: describeContent(schedule.task_type, schedule.content).title,
    description: schedule.description,
    badge: scheduleBadge(schedule),
    when: `${cronWords(schedule.cron)}, ${schedule.time_zone}`,
    nextRun: next === undefined ? null : nextRun(next, schedule.time_zone),
    noRuns:
      schedule.approval?.state === 'waiting'
        ? 'none until it is approved'
        : active
          ? 'none: no future date matches'
          : 'none while stopped',
    lastRun: schedule.last_run === null ? null : lastRun(schedule.last_run),
    change: paths.changeSchedule(schedule_id),
    toggle: toggleOf(schedule),
    remove: removeSchedule(schedule_id),
  };
}

export function toggleOf({ schedule_id, active }: ScheduleShape): Toggle {
  return active
    ? { text: 'Stop', action: paths.scheduleAction(schedule_id, 'stop'), strong: false }
    : { text: 'Start', action: paths.scheduleAction(schedule_id, 'start'), strong: true };
}

export function removeSchedule(scheduleId: number): Confirm {
  return {
    text: 'Delete…',
    consequence: 'It creates no more tasks. Existing tasks continue.',
    action: paths.scheduleAction(scheduleId, 'remove'),
    button: 'Delete schedule',
  };
}

function lastRun({ scheduled_time, outcome, task_id, failure }: ScheduleRunShape): LastRun {
  return {
    time: time(scheduled_time),
    badge: runBadge({ outcome, task_state: null, objects_failed: 0 }),
    task: task_id === null ? null : { text: `Task ${task_id}`, href: paths.task(task_id) },
    why: failure === null ? null : (failure.detail ?? failure.desc ?? null),
  };
}

export function toldWords({ statuses }: NonNullable<ScheduleShape['notification_policy']>): string {
  const names = toldStatuses.filter(({ status }) => statuses.includes(status)).map(({ label }) => label);
  return `when a task is ${names.join(', ').toLowerCase()}`;
}

// What the engine writes of a run is told within seconds; while it is away the time passes all the same.
const runLateSeconds = 5;
// A browser's timer holds 24 days at most.
const lookAgainAtMost = 86_400;

/** After how many seconds another run of one of them has passed; null: none will. */
export function lookAgainAfter(schedules: readonly ScheduleShape[], now: Date): number | null {
  const runs = schedules.flatMap(({ next_runs }) => next_runs.slice(0, 1));
  if (runs.length === 0) return null;
  const seconds = (Math.min(...runs.map((run) => Date.parse(run))) - now.getTime()) / 1_000;
  return Math.min(lookAgainAtMost, Math.ceil(seconds) + runLateSeconds);
}
