import { formatCount } from '../../assets/words.js';
import { chart, type Chart } from '../../components/chart/chart.ts';
import { errorGroups, type ErrorGroups } from '../../components/errorGroups/errorGroups.ts';
import type { Typed } from '../../components/field/field.ts';
import { fact, idFact, linkFact, pageFact, type Fact } from '../../components/facts/facts.ts';
import { partStrip, type PartCellShape, type PartStrip } from '../../components/partStrip/partStrip.ts';
import { progress, type Progress } from '../../components/progress/progress.ts';
import { stateDiagram, type StateDiagram } from '../../components/stateDiagram/stateDiagram.ts';
import { partBadge, statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { Permissions } from '../../../domain/accounts/permission.ts';
import { isFinal, taskTypes, type TaskState } from '../../../domain/tasks/task.ts';
import type { PageHead } from '../../layout.ts';
import type { ApprovalPanel } from '../approvals/approvalPanel.ts';
import { paths } from '../../paths.ts';
import type {
  ActShape,
  TaskErrorGroupShape,
  TaskLogShape,
  PartShape,
  TaskErrorShape,
  TaskShape,
} from '../../shapes.ts';
import { describeContent, taskTypeName } from './describeContent.ts';
import { failureAdvice, failureText, type FailureAdvice } from './failureText.ts';
import { taskControls, type TaskControls } from './taskControls.ts';
import { taskFigures, type TaskFigure } from './taskFigures.ts';
import { taskHistory, type HistoryLine } from './taskHistory.ts';
import { errorRow, type ErrorRow } from '../errors/errorRow.ts';

export interface TaskInput {
  readonly task: TaskShape;
  /** Of whoever looks at it. */
  readonly permissions: Permissions;
  readonly createdBy: string;
  /** What no process does at the moment. */
  readonly missingWorkers: readonly ('workers' | 'extractors')[];
  /** In Temporal Web UI; null: nobody has said where they are. */
  readonly workflowUrl: string | null;
  /** The first of the parts; how many there are is in the task. */
  readonly parts: readonly PartShape[];
  /** All of the parts, in a bounded number of cells. */
  readonly cells: readonly PartCellShape[];
  /** How fast it was, over time. */
  readonly rates: readonly { readonly time: number; readonly rate: number }[];
  /** The throttle that is set. */
  readonly rateLimit: number | null;
  /** Another one that it could not be set to. */
  readonly typedRate: Typed;
  /** What people did to it, newest first. */
  readonly acts: readonly ActShape[];
  /** What happened by itself, newest first. */
  readonly log: readonly TaskLogShape[];
  /** Null: it needs none. */
  readonly approval: ApprovalPanel | null;
  /** When it was taken up first; null: not yet, or an older release did it. */
  readonly startTime: string | null;
  /** All errors, also those that a retry has overcome. */
  readonly errorCount: number;
  /** Of the errors that no retry has overcome. */
  readonly errorGroups: readonly TaskErrorGroupShape[];
  /** The newest of the errors. */
  readonly errors: readonly TaskErrorShape[];
}

export interface TaskPage {
  readonly head: PageHead;
  readonly id: number;
  readonly state: string;
  readonly title: string;
  readonly description: string | null;
  readonly badge: StatusBadge;
  /** Whether it changes nothing. */
  readonly isRehearsal: boolean;
  readonly approval: ApprovalPanel | null;
  readonly states: StateDiagram;
  /** As the live stream says it. */
  readonly missingWorkers: string;
  /** Why nothing can move now. */
  readonly waitsFor: string | null;
  /** Of a task that waits for its turn: how far off that is. */
  readonly turn: string | null;
  /** What its rate is reduced for. */
  readonly slowed: { readonly reason: string; readonly since: Time } | null;
  readonly progress: Progress;
  readonly figures: readonly TaskFigure[];
  readonly controls: TaskControls;
  readonly failure: string | null;
  /** What the failure means for the task. */
  readonly failureLead: string;
  readonly advice: FailureAdvice | null;
  readonly content: readonly Fact[];
  readonly contentJson: string;
  readonly history: readonly HistoryLine[];
  readonly strip: PartStrip;
  readonly rates: Chart;
  readonly times: readonly { readonly name: string; readonly time: Time }[];
  readonly about: readonly Fact[];
  readonly parts: readonly PartRow[];
  readonly moreParts: string | null;
  /** Instead of them, where there are none. */
  readonly noParts: string;
  readonly errorCount: string;
  readonly errorGroups: ErrorGroups;
  readonly errors: readonly ErrorRow[];
  readonly moreErrors: string | null;
  readonly links: {
    readonly tasks: string;
    readonly parts: string;
    readonly errors: string;
    readonly json: string;
    readonly events: string;
    readonly workflow: string | null;
  };
}

interface PartRow {
  readonly number: string;
  readonly badge: StatusBadge;
  readonly handled: string;
  readonly failed: string;
  readonly attempt: string;
  readonly worker: string | null;
  readonly failure: string | null;
  readonly updated: Time;
}

export function taskPage(input: TaskInput): TaskPage {
  const { task, permissions } = input;
  const words = describeContent(task.task_type, task.content);
  return {
    head: { title: `Task ${task.task_id}: ${words.title}`, section: 'tasks' },
    id: task.task_id,
    state: task.state,
    title: words.title,
    description: task.description,
    badge: statusBadge(task.state, task.progress.objects_failed),
    isRehearsal: task.rehearsal,
    states: stateDiagram({
      state: task.state,
      objectsFailed: task.progress.objects_failed,
      visited: visitedStates(input.log),
      neededApproval: task.approval !== null,
    }),
    approval: input.approval,
    missingWorkers: input.missingWorkers.join(' '),
    waitsFor: waitsFor(task, input.missingWorkers),
    turn: turnWords(task),
    slowed: task.slowed && { reason: task.slowed.reason, since: time(task.slowed.since) },
    progress: progress(task),
    figures: taskFigures(task),
    controls: taskControls(task, permissions, input.rateLimit, input.typedRate),
    failure: failureText(task.failure),
    failureLead: task.state === 'failed' ? 'The task failed.' : 'The task is stuck.',
    advice: failureAdvice(task.failure),
    content: words.facts,
    contentJson: JSON.stringify(task.content, null, 2),
    history: taskHistory(task, input.acts, input.log),
    strip: partStrip(input.cells),
    rates: chart({
      label: 'Objects per second',
      empty: isFinal(task.state)
        ? 'It ran too briefly to chart its rate.'
        : 'The rate chart appears after a few seconds.',
      unit: 'rate',
      times: input.rates.map(({ time: seconds }) => seconds),
      series: [{ name: 'Objects per second', tone: 'active', values: input.rates.map(({ rate }) => rate) }],
    }),
    times: times(task, input.startTime),
    about: [
      fact('Kind', taskTypeName(task.task_type)),
      fact('Created by', input.createdBy),
      ...madeBy(task, permissions),
      ...samples(task),
      ...undoFacts(task),
      ...(task.result_id === null ? [] : [idFact('Result id', task.result_id)]),
    ],
    parts: input.parts.map(partRow),
    moreParts: more(task.count_task_parts_all - input.parts.length, 'subtask'),
    noParts: noParts(task.state),
    errorCount: errorWords(input),
    errorGroups: errorGroups(task, input.errorGroups, permissions),
    errors: input.errors.map((error) => errorRow(error, permissions)),
    moreErrors: more(input.errorCount - input.errors.length, 'error'),
    links: {
      tasks: paths.tasks(),
      parts: paths.taskParts(task.task_id),
      errors: paths.taskErrors(task.task_id),
      json: paths.taskJson(task.task_id),
      events: paths.taskEvents(task.task_id),
      workflow: input.workflowUrl,
    },
  };
}

/** Those that a retry has overcome are no errors any more, and stay in the list. */
function errorWords({ errorCount, errorGroups: groups }: TaskInput): string {
  const open = groups.reduce((sum, { count }) => sum + count, 0);
  const resolved = Math.max(0, errorCount - open);
  return resolved === 0 ? formatCount(open) : `${formatCount(open)} open, ${formatCount(resolved)} resolved`;
}

function waitsFor(task: TaskShape, missing: TaskInput['missingWorkers']): string | null {
  if (isFinal(task.state)) return null;
  if (missing.includes('workers')) return 'No worker is running. This task continues when one starts.';
  const isExtract = task.task_type === taskTypes.additionalExtract;
  return isExtract && missing.includes('extractors')
    ? 'No extracting worker is running. This task continues when one starts.'
    : null;
}

function turnWords({ tasks_before: before, held_by_maintenance: isHeld }: TaskShape): string | null {
  if (before === null || isHeld) return null;
  const words = before === 1 ? '1 task is ahead of it' : `${formatCount(before)} tasks are ahead of it`;
  return `Waiting for its turn: ${before === 0 ? 'it is next' : words}. More urgent tasks go first.`;
}

/** What has made it in the name of somebody. */
function madeBy({ upgrade_id: upgrade, schedule_id: schedule }: TaskShape, permissions: Permissions): Fact[] {
  const maker = permissions.has('view') ? pageFact : fact;
  if (upgrade !== null)
    return [
      maker('Part of', `Upgrade ${upgrade}`, paths.upgrade(upgrade)),
      pageFact('See also', `Other tasks of upgrade ${upgrade}`, paths.tasks({ upgrade_id: upgrade })),
    ];
  if (schedule === null) return [];
  return [
    maker('Made by', `Schedule ${schedule}`, paths.schedule(schedule)),
    pageFact('See also', `Other tasks of schedule ${schedule}`, paths.tasks({ schedule_id: schedule })),
  ];
}

/** What became of the samples of removed objects, where there were any. */
function samples({ samples_removed: removed, samples_left: left, rehearsal }: TaskShape): Fact[] {
  const names = rehearsal
    ? { removed: 'Samples that would be removed', left: 'Samples that would be left without an owner' }
    : { removed: 'Samples removed', left: 'Samples left without an owner' };
  return [
    ...(removed > 0 ? [fact(names.removed, formatCount(removed))] : []),
    ...(left > 0 ? [fact(names.left, formatCount(left))] : []),
  ];
}

/** What can become of what it removed. */
function undoFacts({ undo }: TaskShape): Fact[] {
  if (undo === null) return [];
  const { state, until, task_id: by } = undo;
  const words = undoWords[state](until === null ? 'the end of its undo window' : time(until).text);
  return [
    by === null || state === 'available'
      ? fact('Undo', words)
      : linkFact('Undo', `${words} by task ${by}`, paths.task(by)),
  ];
}

const undoWords: Readonly<Record<NonNullable<TaskShape['undo']>['state'], (until: string) => string>> = {
  available: (until) => `what it removed can be restored until ${until}`,
  undoing: () => 'what it removed is being restored',
  undone: () => 'what it removed was restored',
  purging: () => 'its undo window is over: the kept objects are being purged',
  purged: () => 'its undo window is over: the kept objects were purged',
};

/** Newest first, back to the latest retry. */
function visitedStates(log: readonly TaskLogShape[]): TaskState[] {
  const states = log.flatMap(({ state }) => state ?? []);
  const retried = states.indexOf('pending');
  return retried === -1 ? states : states.slice(0, retried);
}

function times(task: TaskShape, startTime: string | null) {
  const known = [
    { name: 'Created', iso: task.create_time },
    { name: 'Started', iso: startTime },
    { name: 'Ended', iso: task.end_time },
    { name: 'Result removed', iso: task.result_removed_time },
    { name: 'Last change', iso: isFinal(task.state) ? null : task.last_update_time },
  ];
  return known.flatMap(({ name, iso }) => (iso === null ? [] : [{ name, time: time(iso) }]));
}

function partRow(part: PartShape): PartRow {
  const { objects_done, objects_failed, objects_skipped, objects_expected } = part.progress;
  return {
    number: formatCount(part.number),
    badge: partBadge(part.state, objects_failed),
    handled: `${formatCount(objects_done + objects_failed + objects_skipped)} of ${formatCount(objects_expected)}`,
    failed: formatCount(objects_failed),
    attempt: formatCount(part.attempt),
    worker: part.worker,
    failure: failureText(part.failure),
    updated: time(part.last_update_time),
  };
}

function noParts(state: TaskState): string {
  if (!isFinal(state)) return 'The task has not been divided into subtasks yet.';
  return state === 'done'
    ? 'There were no objects to divide into subtasks.'
    : 'The task ended before it was divided into subtasks.';
}

function more(left: number, thing: string): string | null {
  return left <= 0 ? null : `and ${formatCount(left)} more ${thing}${left === 1 ? '' : 's'}`;
}
