import type { Permissions } from '../../../domain/accounts/permission.ts';
import { formatCount } from '../../assets/words.js';
import { codeFact, fact, pageFact, type Fact } from '../../components/facts/facts.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import type { ApprovalPanel } from '../approvals/approvalPanel.ts';
import { paths } from '../../paths.ts';
import type { RunOfPageShape, ScheduleShape } from '../../shapes.ts';
import { describeContent } from '../tasks/describeContent.ts';
import { cronWords } from './cronWords.ts';
import { lookAgainAfter, scheduleControls, toldWords, type ScheduleControls } from './scheduleCard.ts';
import { nextRun, type NextRun } from './nextRun.ts';
import { runRow, type RunRow } from './runRow.ts';
import { overlapLabel, overlapWords, scheduleBadge, windowWords } from './scheduleWords.ts';

export interface ScheduleInput {
  /** Of whoever looks at it. */
  readonly permissions: Permissions;
  readonly schedule: ScheduleShape;
  /** Newest first. */
  readonly runs: readonly RunOfPageShape[];
  readonly runCount: number;
  readonly createdBy: string;
  readonly approval: ApprovalPanel | null;
  readonly now: Date;
  readonly page: number;
  readonly pageSize: number;
}

export interface SchedulePage {
  readonly head: PageHead;
  readonly id: number;
  readonly title: string;
  readonly description: string | null;
  readonly badge: StatusBadge;
  readonly approval: ApprovalPanel | null;
  readonly when: string;
  readonly facts: readonly Fact[];
  readonly nextRuns: readonly NextRun[];
  /** Said when there are none. */
  readonly noRuns: string;
  readonly content: readonly Fact[];
  readonly contentJson: string;
  readonly runs: readonly RunRow[];
  readonly runCount: string;
  readonly pager: Pager | null;
  readonly controls: ScheduleControls;
  readonly created: Time;
  readonly schedules: string;
  readonly json: string;
  readonly audit: string;
  readonly events: string;
  readonly lookAgain: number | null;
}

export function schedulePage(input: ScheduleInput): SchedulePage {
  const { schedule, runs, runCount, now } = input;
  const { schedule_id: id, time_zone: zone } = schedule;
  const { title, facts } = describeContent(schedule.task_type, schedule.content);
  return {
    head: { title: `Schedule ${id}: ${title}`, section: 'schedules' },
    id,
    title,
    description: schedule.description,
    badge: scheduleBadge(schedule),
    approval: input.approval,
    when: `${cronWords(schedule.cron)}, ${zone}`,
    facts: factsOf(input),
    nextRuns: schedule.next_runs.map((run) => nextRun(run, zone)),
    noRuns:
      schedule.approval?.state === 'waiting'
        ? 'None until it is approved.'
        : schedule.active
          ? 'None: no future date matches.'
          : 'None while it is stopped.',
    content: facts,
    contentJson: JSON.stringify(schedule.content, null, 2),
    runs: runs.map((run) => runRow(run, zone)),
    runCount: formatCount(runCount),
    pager: pager({
      ...{ things: 'runs', page: input.page, pageSize: input.pageSize },
      ...{ shown: runs.length, count: runCount },
      href: (page) => paths.schedule(id, { page }),
    }),
    controls: scheduleControls(schedule, input.permissions),
    created: time(schedule.create_time),
    schedules: paths.schedules(),
    json: paths.scheduleJson(id),
    audit: paths.audit({ object_type: 'schedule', object_id: id }),
    events: paths.allTaskEvents,
    lookAgain: lookAgainAfter([schedule], now),
  };
}

function factsOf({ schedule, createdBy, permissions }: ScheduleInput): Fact[] {
  const { notification_policy: policy, objects_per_second: rate, error_budget: budget } = schedule;
  return [
    codeFact('Cron', schedule.cron),
    fact(overlapLabel, overlapWords[schedule.overlap_policy] ?? schedule.overlap_policy),
    fact('After an outage', `Catch up runs that are up to ${windowWords(schedule.catch_up_window)} late`),
    ...(policy === null ? [] : [fact('Notifies', `${policy.url} ${toldWords(policy)}`)]),
    ...(rate === null ? [] : [fact('Objects per second', formatCount(rate))]),
    ...(budget === null ? [] : [fact('Error budget', String(budget))]),
    createdBy !== '' && permissions.has('audit')
      ? pageFact('Created by', createdBy, paths.audit({ login: createdBy }))
      : fact('Created by', createdBy === '' ? '–' : createdBy),
  ];
}
