import type { Example } from '../../examples/example.ts';
import {
  checkField,
  checksField,
  choiceField,
  nothingTyped,
  selectField,
  textField,
  type Field,
} from './field.ts';

const wrong = {
  values: { example_time: 'yesterday' },
  faults: { example_time: 'not a time', example_ends: 'must not have fewer than 1 items' },
};

export const examples: readonly Example<Field>[] = [
  {
    name: 'Text that has to be given',
    input: textField(nothingTyped, 'example_cron', 'Cron expression', {
      required: true,
      hint: 'Minute, hour, day of month, month, day of week.',
    }),
    option: true,
  },
  {
    name: 'What was typed is wrong',
    input: textField(wrong, 'example_time', 'Created before', { hint: 'Such as now-30d.' }),
    option: true,
  },
  {
    name: 'Suggestions',
    input: textField(nothingTyped, 'example_version', 'Version', {
      kind: 'number',
      suggestions: [{ value: '1', text: '1 · face' }],
    }),
    option: true,
  },
  {
    name: 'Password',
    input: textField(nothingTyped, 'example_password', 'Password', { kind: 'password', required: true }),
  },
  {
    name: 'Several lines',
    input: textField(nothingTyped, 'example_ids', 'Face ids', { kind: 'textarea' }),
    option: true,
  },
  {
    name: 'A choice',
    input: selectField(nothingTyped, 'example_type', 'Type', {
      options: [
        { value: 'user', text: 'User' },
        { value: 'admin', text: 'Administrator' },
      ],
      initial: 'admin',
      hint: 'Only administrators can log in to this service.',
    }),
  },
  {
    name: 'A choice, or another number',
    input: choiceField(wrong, 'example_removed', 'Version to remove', {
      options: [
        { value: '1', text: '1 · face, 1,200 faces' },
        { value: '3', text: '3 · face, 12 faces' },
      ],
      other: 'Other version',
    }),
  },
  {
    name: 'A choice in one line, or another text',
    input: choiceField({ values: { example_cron: '30 2 * * *' }, faults: {} }, 'example_cron', 'Times', {
      options: [
        { value: '0 * * * *', text: 'Every hour' },
        { value: '0 2 * * *', text: 'Every day at 02:00' },
      ],
      other: 'Cron expression',
      isInLine: true,
    }),
  },
  {
    name: 'A box',
    input: checkField(nothingTyped, 'example_samples', 'Remove samples too', {
      hint: 'Without its sample nothing can be extracted again.',
    }),
  },
  {
    name: 'Several boxes, wrong',
    input: checksField(wrong, 'example_ends', 'Notify when the task is', [
      { name: 'example_done', label: 'Done', initial: true },
      { name: 'example_failed', label: 'Failed', initial: true },
    ]),
  },
];
