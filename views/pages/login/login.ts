import { textField, type Field } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface LoginInput {
  readonly login: string;
  readonly fault: string | null;
}

export interface LoginPage {
  readonly head: PageHead;
  readonly action: string;
  readonly fault: string | null;
  readonly fields: readonly Field[];
}

export function loginPage({ login, fault }: LoginInput): LoginPage {
  const typed = { values: { login }, faults: {} };
  return {
    head: { title: 'Log in', section: null },
    action: paths.login,
    fault,
    fields: [
      textField(typed, 'login', 'Login', { required: true, autocomplete: 'username' }),
      textField(typed, 'password', 'Password', {
        kind: 'password',
        required: true,
        autocomplete: 'current-password',
      }),
    ],
  };
}
