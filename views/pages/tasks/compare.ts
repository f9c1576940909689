import { formatCount, formatRate } from '../../assets/words.js';
import { leaves, nameOf } from '../../components/changes/changes.ts';
import { statusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ErrorGroupShape, TaskShape } from '../../shapes.ts';
import { describeContent, taskTypeName } from './describeContent.ts';
import { took } from './took.ts';

/** A task, its throttle, and its errors that no retry has overcome. */
export interface ComparedTask {
  readonly task: TaskShape;
  readonly rateLimit: number | null;
  readonly errors: readonly ErrorGroupShape[];
}

export interface ComparePage {
  readonly head: PageHead;
  readonly tasks: readonly { readonly title: string; readonly name: string; readonly href: string }[];
  readonly groups: readonly { readonly title: string; readonly rows: readonly CompareRow[] }[];
  /** In words: how many values differ. */
  readonly differences: string;
  readonly back: string;
}

interface CompareRow {
  readonly name: string;
  readonly values: readonly string[];
  readonly differs: boolean;
}

type Told = readonly (readonly [name: string, value: string])[];

export function comparePage(pair: readonly [ComparedTask, ComparedTask]): ComparePage {
  const [one, other] = pair;
  const group = (title: string, tell: (compared: ComparedTask) => Told) => ({
    title,
    rows: rowsOf(tell(one), tell(other)),
  });
  const groups = [
    group('Task', general),
    group('Content and options', content),
    group('Counts and rate', counts),
    group('Open errors', ({ errors }) =>
      errors.map(({ error_code, desc, count }) => [`${error_code} ${desc}`, formatCount(count)]),
    ),
  ].filter(({ rows }) => rows.length > 0);
  const differing = groups.flatMap(({ rows }) => rows).filter(({ differs }) => differs).length;
  const ids = pair.map(({ task }) => task.task_id);
  return {
    head: { title: `Tasks ${ids.join(' and ')} compared`, section: 'tasks' },
    tasks: pair.map(({ task }) => ({
      title: describeContent(task.task_type, task.content).title,
      name: `Task ${task.task_id}`,
      href: paths.task(task.task_id),
    })),
    groups,
    differences: differing === 1 ? '1 value differs.' : `${formatCount(differing)} values differ.`,
    back: paths.tasks(),
  };
}

// To mark these would say nothing.
const alwaysDiffers = ['Created (UTC)', 'Ended (UTC)'];

/** In the order of the first, what only the second has behind it. */
function rowsOf(one: Told, other: Told): CompareRow[] {
  const [left, right] = [new Map(one), new Map(other)];
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const values = [left.get(name) ?? '–', right.get(name) ?? '–'];
    return { name, values, differs: values[0] !== values[1] && !alwaysDiffers.includes(name) };
  });
}

function general({ task }: ComparedTask): Told {
  return [
    ['Kind', taskTypeName(task.task_type)],
    ['State', statusBadge(task.state, task.progress.objects_failed).text],
    ['Description', task.description ?? '–'],
    ['Created by', task.created_by_login],
    ['Created (UTC)', time(task.create_time).text],
    ['Ended (UTC)', task.end_time === null ? '–' : time(task.end_time).text],
    ['Duration', took(task) ?? '–'],
  ];
}

function content({ task, rateLimit }: ComparedTask): Told {
  return [
    ...leaves(task.content).map(([path, value]) => [nameOf(path), value] as const),
    ['throttle', rateLimit === null ? 'none' : formatRate(rateLimit)],
  ];
}

function counts({ task }: ComparedTask): Told {
  const { progress } = task;
  return [
    ['Expected', formatCount(progress.objects_expected)],
    ['Done', formatCount(progress.objects_done)],
    ['Failed', formatCount(progress.objects_failed)],
    ['Skipped', formatCount(progress.objects_skipped)],
    ['Samples removed', formatCount(task.samples_removed)],
    ['Subtasks', formatCount(task.count_task_parts_all)],
    ['Rate', formatRate(progress.objects_per_second)],
  ];
}
