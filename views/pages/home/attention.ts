import { formatCount } from '../../assets/words.js';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { nothingTyped, textField } from '../../components/field/field.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { AcknowledgementShape, TaskShape } from '../../shapes.ts';
import { failureText } from '../tasks/failureText.ts';

/** One thing that somebody should look at. */
export interface Attention {
  readonly tone: 'bad' | 'waiting';
  readonly text: string;
  readonly href: string | null;
  /** null: it is no task's; it goes by itself when it is mended. */
  readonly acknowledge: Confirm | null;
}

export interface Attentions {
  readonly open: readonly Attention[];
  readonly acknowledged: readonly Acknowledged[];
}

/** What somebody has seen already. */
interface Acknowledged extends Pick<Attention, 'text' | 'href'> {
  readonly who: string;
  readonly time: Time;
  readonly note: string;
  readonly undo: string;
}

/** What may be wrong with a task; `item` is another one when something new is wrong. */
interface TaskItem extends Pick<Attention, 'tone' | 'text'> {
  readonly taskId: number;
  readonly item: string;
}

export interface AttentionInput {
  readonly now: Date;
  readonly running: readonly TaskShape[];
  readonly failedOfLate: readonly TaskShape[];
  /** Done, but not with every object. */
  readonly incompleteOfLate: readonly TaskShape[];
  /** Parts of the service that do not answer, by the names of its health checks. */
  readonly broken: readonly string[];
  /** Messages that should have been delivered a while ago, counted up to {@link overdueAtMost}; null: not told. */
  readonly overdueMessages: number | null;
  /** What the database did not tell in time. */
  readonly untold: readonly string[];
  readonly acknowledgements: readonly AcknowledgementShape[];
  /** What waits for another administrator; null: not told. */
  readonly approvals: readonly WaitingApprovalShape[] | null;
}

export interface WaitingApprovalShape {
  readonly task_id: number | null;
  readonly schedule_id: number | null;
  readonly ordered_by_login: string;
  readonly expire_time: string;
}

export const overdueAtMost = 1_000;
// A batch takes seconds; a worker that was killed is noticed after a minute.
const stalledAfterMs = 300_000;
const takenWithinMs = 60_000;

const brokenWords: Readonly<Record<string, string>> = {
  temporal: 'Temporal is unavailable: tasks are accepted and will start when it is back.',
  workers: 'No worker is running: tasks wait until one starts.',
  extractors: 'No extracting worker is running: additional extracts wait until one starts.',
  clock: "The clock of this API differs from the database's, which tasks use to select objects: correct it.",
  'worker-clocks': "The clock of a worker differs from the database's: correct it.",
  'worker-settings': 'A worker has other settings than this API, which they need alike: see above.',
  audit:
    'Entries of the audit are not sealed or do not reach their receiver: see Audit feed in the settings.',
  'sample-files':
    'Images of removed faces or events are still in the sample store: their files cannot be deleted yet. Retrying.',
  'event-partitions':
    'PostgreSQL has too few locks for the partitions of events: raise max_locks_per_transaction (see above), or set EVENT_PARTITION_DAYS to 7.',
  'sample-versions':
    'The bucket keeps older versions of removed pictures: turn versioning off, or let a lifecycle rule end them.',
  'sample-store': 'The sample store is unavailable: objects with samples cannot be processed.',
};

export function attention(input: AttentionInput): Attentions {
  const { overdueMessages, untold, acknowledgements } = input;
  const seen = new Map(acknowledgements.map((ack) => [`${ack.task_id} ${ack.item}`, ack]));
  const isOpen = ({ taskId, item }: TaskItem) => !seen.has(`${taskId} ${item}`);
  const running = input.running.flatMap((task) => heldUp(task) ?? stalled(task, input.now));
  const failures = input.failedOfLate.map(failed);
  const incompletes = input.incompleteOfLate.map(incomplete);
  return {
    open: [
      ...(untold.length === 0
        ? []
        : [
            notice(
              'bad',
              `The database did not answer in time: ${untold.join(', ')}. A lock is held, or it is overloaded.`,
            ),
          ]),
      ...input.broken.map((name) =>
        notice('bad', brokenWords[name] ?? `${name} does not answer.`, paths.help),
      ),
      ...(input.approvals ?? []).map(approvalNotice),
      ...[...running.filter(isOpen), ...failures.filter(isOpen), ...incompletes.filter(isOpen)].map(
        taskNotice,
      ),
      ...(overdueMessages === null || overdueMessages === 0
        ? []
        : [notice('waiting', `Overdue webhooks: ${overdueWords(overdueMessages)}.`)]),
    ],
    acknowledged: [...running, ...failures, ...incompletes].flatMap((item) => {
      const ack = seen.get(`${item.taskId} ${item.item}`);
      return ack === undefined ? [] : [acknowledged(item, ack)];
    }),
  };
}

/** The name of the field for the note: each task has one on the page. */
export function noteField(taskId: number): string {
  return `note-${taskId}`;
}

function notice(tone: Attention['tone'], text: string, href: string | null = null): Attention {
  return { tone, text, href, acknowledge: null };
}

function approvalNotice({
  task_id: taskId,
  schedule_id: scheduleId,
  ordered_by_login: who,
  expire_time: expires,
}: WaitingApprovalShape): Attention {
  const [name, href] =
    taskId === null
      ? [`Schedule ${scheduleId}`, paths.schedule(scheduleId ?? 0)]
      : [`Task ${taskId}`, paths.task(taskId)];
  return notice('waiting', `${name}, ordered by ${who}, awaits approval until ${time(expires).text}.`, href);
}

function taskNotice({ taskId, item, tone, text }: TaskItem): Attention {
  return {
    ...{ tone, text, href: paths.task(taskId) },
    acknowledge: {
      text: 'Acknowledge',
      consequence: `All administrators see task ${taskId} as acknowledged. It comes back if something new goes wrong.`,
      action: paths.acknowledge(taskId, item),
      button: 'Acknowledge',
      isHarmless: true,
      isSmall: true,
      field: textField(nothingTyped, noteField(taskId), 'Note', { maxlength: 500 }),
    },
  };
}

function acknowledged({ taskId, item, text }: TaskItem, ack: AcknowledgementShape): Acknowledged {
  return {
    ...{ text, href: paths.task(taskId) },
    ...{ who: ack.login, time: time(ack.ack_time), note: ack.note },
    undo: paths.unacknowledge(taskId, item),
  };
}

export function overdueWords(count: number): string {
  return count < overdueAtMost ? formatCount(count) : `${formatCount(count)} or more`;
}

function heldUp({ task_id, generation, failure }: TaskShape): TaskItem[] | null {
  const why = failureText(failure);
  if (why === null) return null;
  const { error_code = '' } = failure as { error_code?: number };
  const item = `held up ${error_code} ${generation}`;
  return [{ taskId: task_id, item, tone: 'bad', text: `Task ${task_id} is stuck: ${why}.` }];
}

function stalled(task: TaskShape, now: Date): TaskItem[] {
  const quietMs = now.getTime() - Date.parse(task.last_update_time);
  const { task_id: taskId, generation, last_update_time: since } = task;
  if (task.state === 'pending') {
    return task.tasks_before === null && quietMs > takenWithinMs
      ? [
          {
            taskId,
            item: `pending ${generation}`,
            tone: 'waiting',
            text: `Task ${taskId} is waiting for the engine.`,
          },
        ]
      : [];
  }
  if (task.state === 'paused' || task.state === 'awaiting_approval' || quietMs <= stalledAfterMs) return [];
  const minutes = formatCount(Math.floor(quietMs / 60_000));
  const text = `Task ${taskId} has made no progress for ${minutes} minutes.`;
  return [{ taskId, item: `stalled ${since}`, tone: 'bad', text }];
}

function failed({ task_id, generation, end_time, failure }: TaskShape): TaskItem {
  const why = failureText(failure);
  const text = `Task ${task_id} failed${why === null ? '' : `: ${why}`}.`;
  return { taskId: task_id, item: `failed ${generation} ${end_time ?? ''}`, tone: 'bad', text };
}

function incomplete({ task_id, generation, end_time, progress }: TaskShape): TaskItem {
  const { objects_failed, objects_expected } = progress;
  const objects = `${formatCount(objects_failed)} of ${formatCount(objects_expected)} objects`;
  const item = `incomplete ${generation} ${end_time ?? ''}`;
  return { taskId: task_id, item, tone: 'waiting', text: `Task ${task_id} is done, but ${objects} failed.` };
}
