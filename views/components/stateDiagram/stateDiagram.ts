import type { TaskState } from '../../../domain/tasks/task.ts';
import { nextStates } from '../../../domain/tasks/lifecycle.ts';
import { statusBadge, type Tone } from '../statusBadge/statusBadge.ts';

/** Where a task stands among all that it could be: the way that it should go, and the ways off it. */
export interface StateDiagram {
  readonly paths: readonly StatePath[];
  /** The same without what it has neither been nor can be next. */
  readonly near: readonly StatePath[];
  /** Whether anything can follow: what is done without errors stays as it is. */
  readonly goesOn: boolean;
}

interface StatePath {
  readonly name: string;
  readonly steps: readonly StateStep[];
}

export interface StateStep {
  readonly text: string;
  readonly tone: Tone;
  readonly isHere: boolean;
  readonly isPassed: boolean;
  /** It may follow the present one directly, also where the task has been there before. */
  readonly isNext: boolean;
}

interface Standing {
  readonly state: TaskState;
  readonly objectsFailed: number;
  /** Where it has been since it was made or retried; empty: an older release has not kept it. */
  readonly visited: readonly TaskState[];
  /** Whether it began by waiting for an approval. */
  readonly neededApproval?: boolean;
}

const withoutApproval: readonly TaskState[] = ['pending', 'planning', 'running', 'collecting', 'done'];
const pathsOff: readonly { readonly name: string; readonly states: readonly TaskState[] }[] = [
  { name: 'If paused', states: ['pausing', 'paused'] },
  { name: 'If cancelled', states: ['cancelling', 'cancelled'] },
  { name: 'If it fails', states: ['failed'] },
];

const beforeTurn: readonly TaskState[] = ['pending', 'cancelled'];

function nextOf(state: TaskState, objectsFailed: number, visited: Standing['visited']): readonly TaskState[] {
  if (state === 'done' && objectsFailed === 0) return [];
  if (state !== 'paused') return nextStates[state];
  // What was paused before its turn came has not been at work: it waits again, or ends at once.
  const wasAtWork = visited.length === 0 || visited.some((step) => step === 'planning' || step === 'running');
  return nextStates.paused.filter((step) => beforeTurn.includes(step) !== wasAtWork);
}

export function stateDiagram(standing: Standing): StateDiagram {
  const { state, objectsFailed, visited, neededApproval = false } = standing;
  const straight: readonly TaskState[] = [
    ...(neededApproval ? (['awaiting_approval'] as const) : []),
    ...withoutApproval,
  ];
  const next = nextOf(state, objectsFailed, visited);
  const known: readonly TaskState[] = [
    neededApproval ? 'awaiting_approval' : 'pending',
    ...straight.slice(0, Math.max(0, straight.indexOf(state))),
    ...visited,
  ];
  const stepOf = (step: TaskState): StateStep => ({
    text: statusBadge(step).text,
    tone: statusBadge(step).tone,
    isHere: step === state,
    isPassed: step !== state && known.includes(step),
    isNext: next.includes(step),
  });
  const all = [{ name: 'Normal course', states: straight }, ...pathsOff].map(({ name, states }) => ({
    name,
    steps: states.map(stepOf),
  }));
  return {
    paths: all,
    near: all
      .map(({ name, steps }) => ({
        name,
        steps: steps.filter(({ isHere, isPassed, isNext }) => isHere || isPassed || isNext),
      }))
      .filter(({ steps }) => steps.length > 0),
    goesOn: next.length > 0,
  };
}
