import { textField, type Field } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface CodePage {
  readonly head: PageHead;
  readonly login: string;
  readonly action: string;
  readonly back: string;
  readonly fault: string | null;
  readonly field: Field;
  /** For the browser's passkeys; null: the account has none, or they cannot be used here. */
  readonly options: string | null;
}

/** The second step of a log-in. */
export function codePage({ login, fault, options }: Pick<CodePage, 'login' | 'fault' | 'options'>): CodePage {
  return {
    head: { title: 'Second step', section: null },
    login,
    action: paths.secondStep,
    back: paths.login,
    fault,
    field: textField({ values: {}, faults: {} }, 'code', 'Code', {
      required: true,
      autocomplete: 'one-time-code',
      maxlength: 40,
      hint: 'The six digits that your authenticator app shows, or a recovery code.',
      isFirst: true,
    }),
    options,
  };
}
