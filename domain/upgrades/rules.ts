import type { TaskState } from '../tasks/task.ts';
import type { SampleTrial } from './sampleTrial.ts';
import type { UpgradeSettings } from './upgrade.ts';
import type { Verification } from './verification.ts';

interface EndedTask {
  readonly taskId: number;
  readonly state: TaskState;
  readonly expected: number;
  readonly failed: number;
  readonly failure: { readonly desc?: string; readonly detail?: string } | null;
}

/** Why somebody has to decide before an upgrade goes on, as sentences; none: it goes on. */
export function reasonsOfTasks(
  tasks: readonly EndedTask[],
  { max_failed }: Pick<UpgradeSettings, 'max_failed'>,
): string[] {
  const expected = sum(tasks.map((task) => task.expected));
  const failed = sum(tasks.map((task) => task.failed));
  return [
    ...tasks
      .filter(({ state }) => state !== 'done')
      .map(({ taskId, state, failure }) => `Task ${taskId} ${ended(state, failure)}.`),
    ...(failed > max_failed * expected
      ? [`${failed} of ${expected} objects failed; ${percent(max_failed)} may.`]
      : []),
  ];
}

export function reasonsOfTrial(
  { objects }: Pick<SampleTrial, 'objects'>,
  { max_failed }: Pick<UpgradeSettings, 'max_failed'>,
): string[] {
  return objects
    .filter(({ tried, described }) => tried - described > max_failed * tried)
    .map(
      ({ objects: what, tried, described }) =>
        `${tried - described} of ${tried} samples of ${what} could not be described; ${percent(max_failed)} may.`,
    );
}

export function reasonsOfVerification(
  { objects, to }: Pick<Verification, 'objects' | 'to'>,
  { min_coverage }: Pick<UpgradeSettings, 'min_coverage'>,
): string[] {
  return objects
    .filter(({ holdFrom, holdBoth }) => holdBoth < min_coverage * holdFrom)
    .map(
      ({ objects: what, holdFrom, holdBoth, lackTo }) =>
        `${lackTo} of ${holdFrom} ${what} lack version ${to}: ${percent(holdBoth / holdFrom)} have it; ${percent(min_coverage)} must.`,
    );
}

function ended(state: TaskState, failure: EndedTask['failure']): string {
  if (state !== 'failed') return `was ${state}`;
  const why = failure?.detail ?? failure?.desc;
  return why === undefined ? 'failed' : `failed: ${why}`;
}

/** As little rounded as it can be read: 99.98 % is not 100 %. */
function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
