import type { Example } from '../../examples/example.ts';
import { textField } from '../field/field.ts';
import { errorSummary, type ErrorSummary } from './errorSummary.ts';

const typed = { values: {}, faults: { example_login: 'required', form: 'The service is busy; try again.' } };

export const examples: readonly Example<ErrorSummary | null>[] = [
  {
    name: 'A fault of a field, and one of the whole form',
    input: errorSummary(typed, [textField(typed, 'example_login', 'Login')]),
  },
];
