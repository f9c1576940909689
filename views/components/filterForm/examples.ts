import type { Example } from '../../examples/example.ts';
import { nothingTyped, selectField, textField, type Field, type Typed } from '../field/field.ts';
import { filterForm, type FilterForm } from './filterForm.ts';

const fields = (typed: Typed, prefix: string): Field[] => [
  textField(typed, `${prefix}_task`, 'Task', { hint: 'Comma-separated' }),
  textField(typed, `${prefix}_code`, 'Code', { kind: 'number' }),
  selectField(typed, `${prefix}_kind`, 'Kind of task', { options: [{ value: '', text: 'Any' }] }),
];
const typed = { values: { wrong_task: 'word' }, faults: { wrong_task: 'not a number' } };

export const examples: readonly Example<FilterForm>[] = [
  {
    name: 'Without conditions',
    input: filterForm('Filter the errors', '', nothingTyped, fields(nothingTyped, 'plain'), {
      period: { time: 'error_time', label: 'Period', address: () => '#filterForm' },
    }),
  },
  {
    name: 'With a condition that cannot be read',
    input: filterForm('Filter', '#filterForm', typed, fields(typed, 'wrong')),
  },
];
