import { textField, type Field } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface LoginInput {
  readonly login: string;
  readonly fault: string | null;
  /** What the end of a session has cost. */
  readonly lost: 'page' | 'form' | null;
  /** Its name; null: there is none. */
  readonly singleSignOn: string | null;
}

export interface LoginPage {
  readonly head: PageHead;
  readonly action: string;
  readonly fault: string | null;
  readonly note: string | null;
  readonly fields: readonly Field[];
  /** By itself, without a password. */
  readonly passkey: string;
  readonly singleSignOn: { readonly text: string; readonly action: string } | null;
}

const notes = {
  page: 'Your session has ended. Log in to continue where you were.',
  form: 'Your session has ended, and your last action was not carried out. Log in to repeat it.',
};

export function loginPage({ login, fault, lost, singleSignOn }: LoginInput): LoginPage {
  const typed = { values: { login }, faults: {} };
  return {
    head: { title: 'Log in', section: null },
    action: paths.login,
    passkey: paths.passkeyLogin,
    fault,
    note: lost === null ? null : notes[lost],
    singleSignOn: singleSignOn === null ? null : { text: `Log in with ${singleSignOn}`, action: paths.oidc },
    fields: [
      textField(typed, 'login', 'Login', { required: true, autocomplete: 'username', isFirst: login === '' }),
      textField(typed, 'password', 'Password', {
        kind: 'password',
        required: true,
        autocomplete: 'current-password',
        isFirst: login !== '',
      }),
    ],
  };
}
