import { neededFor, type Permissions } from '../../../domain/accounts/permission.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
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
  readonly controls: ScheduleControls;
}

interface LastRun {
  readonly time: Time;
  readonly badge: StatusBadge;
  readonly task: { readonly text: string; readonly href: string } | null;
  readonly why: string | null;
}

/** What can be done with a schedule; null, each: not by this role. */
export interface ScheduleControls {
  /** `isForm`: it runs at once; else the address is that of the page that says what it would remove. */
  readonly runNow: { readonly href: string; readonly isForm: boolean } | null;
  readonly toggle: { readonly text: string; readonly action: string; readonly strong: boolean } | null;
  readonly change: string | null;
  readonly remove: Confirm | null;
  /** What the role does not allow; null: it allows all of it. */
  readonly withheld: string | null;
}

export function scheduleCard(schedule: ScheduleShape, permissions: Permissions): ScheduleCard {
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
    controls: scheduleControls(schedule, permissions),
  };
}

/** By the same rules as the API's: stopping is open to whoever runs tasks. */
export function scheduleControls(
  { schedule_id: id, task_type: type, active }: ScheduleShape,
  permissions: Permissions,
): ScheduleControls {
  const mayStop = permissions.has('run');
  const mayRun = permissions.has(neededFor(type));
  const stop = { text: 'Stop', action: paths.scheduleAction(id, 'stop'), strong: false };
  const start = { text: 'Start', action: paths.scheduleAction(id, 'start'), strong: true };
  return {
    // What removes is confirmed with its count.
    runNow: mayRun ? { href: paths.scheduleAction(id, 'run'), isForm: type !== taskTypes.gc } : null,
    toggle: active ? (mayStop ? stop : null) : mayRun ? start : null,
    change: mayRun ? paths.changeSchedule(id) : null,
    remove: mayRun
      ? {
          text: 'Delete…',
          consequence: 'It creates no more tasks. Existing tasks continue.',
          action: paths.scheduleAction(id, 'remove'),
          button: 'Delete schedule',
        }
      : null,
    withheld: mayRun ? null : mayStop ? 'can only stop schedules of removals' : 'cannot change schedules',
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
