import type { Example } from '../../examples/example.ts';
import { nothingTyped, textField } from '../field/field.ts';
import type { Confirm } from './confirm.ts';

export const examples: readonly Example<Confirm>[] = [
  {
    name: 'Something is lost by it',
    input: {
      text: 'Delete…',
      consequence: 'The task goes with its subtasks, its errors and its result.',
      action: '#delete',
      button: 'Delete the task',
    },
  },
  {
    name: 'Harmless, with a field and a slider',
    input: {
      text: 'Throttle…',
      consequence: 'All subtasks together go no faster than this.',
      action: '#throttle',
      button: 'Set the throttle',
      isHarmless: true,
      field: textField(nothingTyped, 'example_rate', 'Objects per second', { kind: 'number' }),
      slider: { label: 'Objects per second', place: 20, end: 20, words: 'no limit' },
    },
  },
  {
    name: 'With a fault',
    input: {
      text: 'Throttle…',
      consequence: 'All subtasks together go no faster than this.',
      action: '#faulty',
      button: 'Set the throttle',
      isHarmless: true,
      leave: '#confirm',
      field: textField(
        { values: { example_typed: 'fast' }, faults: { example_typed: 'a whole number' } },
        'example_typed',
        'Objects per second',
        { kind: 'number' },
      ),
    },
  },
];
