import type { TaskState } from '../../../domain/tasks/task.ts';
import { nextStates } from '../../../domain/tasks/transitions.ts';
import { statusBadge, type Tone } from '../statusBadge/statusBadge.ts';

/** Where a task stands among all that it could be: the way that it should go, and the ways off it. */
export interface StateDiagram {
  readonly paths: readonly { readonly name: string; readonly steps: readonly StateStep[] }[];
}

export interface StateStep {
  readonly text: string;
  readonly tone: Tone;
  /** `next`: it may follow the present one directly. */
  readonly place: 'here' | 'passed' | 'next' | 'elsewhere';
}

const straight: readonly TaskState[] = ['pending', 'planning', 'running', 'collecting', 'done'];
const paths: readonly { readonly name: string; readonly states: readonly TaskState[] }[] = [
  { name: 'The straight way', states: straight },
  { name: 'When it is paused', states: ['pausing', 'paused'] },
  { name: 'When it is cancelled', states: ['cancelling', 'cancelled'] },
  { name: 'When it cannot go on', states: ['failed'] },
];

export function stateDiagram(state: TaskState): StateDiagram {
  const place = (other: TaskState): StateStep['place'] => {
    if (other === state) return 'here';
    // Off the straight way it is not known how far the task had come on it.
    if (straight.includes(state) && straight.includes(other)) {
      if (straight.indexOf(other) < straight.indexOf(state)) return 'passed';
    }
    return nextStates[state].includes(other) ? 'next' : 'elsewhere';
  };
  return {
    paths: paths.map(({ name, states }) => ({
      name,
      steps: states.map((other) => {
        const { text, tone } = statusBadge(other);
        return { text, tone, place: place(other) };
      }),
    })),
  };
}
