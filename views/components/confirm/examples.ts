import type { Example } from '../../examples/example.ts';
import { nothingTyped, textField } from '../field/field.ts';
import type { Confirm } from './confirm.ts';

export const examples: readonly Example<Confirm>[] = [
  {
    name: 'Something is lost by it',
    input: {
      text: 'Delete…',
      consequence: 'Deletes the task with its subtasks, errors and result.',
      action: '#delete',
      button: 'Delete task',
    },
  },
  {
    name: 'Harmless, with a field and a slider',
    input: {
      text: 'Throttle…',
      consequence: 'All subtasks together go no faster than this.',
      action: '#throttle',
      button: 'Set limit',
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
      button: 'Set limit',
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
