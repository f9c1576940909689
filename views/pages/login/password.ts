import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import { nothingTyped, textField, type Field, type Typed } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface PasswordInput {
  readonly login: string;
  readonly typed?: Typed;
}

export interface PasswordPage {
  readonly head: PageHead;
  readonly login: string;
  readonly action: string;
  readonly summary: ErrorSummary | null;
  readonly fields: readonly Field[];
}

export function passwordPage({ login, typed = nothingTyped }: PasswordInput): PasswordPage {
  const fields = [
    textField(typed, 'password', 'New password', {
      kind: 'password',
      required: true,
      autocomplete: 'new-password',
      maxlength: 128,
      hint: 'Up to 128 characters.',
    }),
    textField(typed, 'again', 'Repeat the new password', {
      kind: 'password',
      required: true,
      autocomplete: 'new-password',
      maxlength: 128,
    }),
  ];
  return {
    head: { title: 'Change password', section: null },
    login,
    action: paths.password,
    summary: errorSummary(typed, fields),
    fields,
  };
}
