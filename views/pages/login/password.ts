import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import { nothingTyped, textField, type Field, type Typed } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface PasswordInput {
  readonly login: string;
  /** Another person has chosen or seen it. */
  readonly mustChangePassword: boolean;
  readonly typed?: Typed;
}

export interface PasswordPage {
  readonly head: PageHead;
  readonly login: string;
  /** Why it is asked for. */
  readonly note: string | null;
  readonly action: string;
  readonly summary: ErrorSummary | null;
  readonly fields: readonly Field[];
}

export function passwordPage({
  login,
  mustChangePassword,
  typed = nothingTyped,
}: PasswordInput): PasswordPage {
  const fields = [
    textField(typed, 'current_password', 'Present password', {
      kind: 'password',
      required: true,
      autocomplete: 'current-password',
      maxlength: 128,
    }),
    textField(typed, 'password', 'New password', {
      kind: 'password',
      required: true,
      autocomplete: 'new-password',
      maxlength: 128,
      hint: '12 to 128 characters, not easy to guess: a few words that do not belong together, for example.',
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
    note: mustChangePassword
      ? 'Your password was set by another person. Choose one that only you know to continue.'
      : null,
    action: paths.password,
    summary: errorSummary(typed, fields),
    fields,
  };
}
