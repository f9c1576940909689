import { textField, type Field } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface ConfirmInput {
  readonly login: string;
  /** Where the wanted form goes. */
  readonly action: string;
  /** The wanted form as it was sent. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly fault: string | null;
  readonly asksPassword: boolean;
  readonly asksCode: boolean;
  /** For the browser's passkeys; null: the account has none, or they cannot be used here. */
  readonly options: string | null;
  /** The name of the provider that the account can log in at; null: none. */
  readonly singleSignOn: string | null;
}

export interface ConfirmPage {
  readonly head: PageHead;
  readonly login: string;
  readonly action: string;
  readonly back: string;
  readonly fault: string | null;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly fields: readonly Field[];
  readonly options: string | null;
  readonly singleSignOn: { readonly text: string; readonly action: string } | null;
  readonly words: string;
  readonly button: string;
}

/** Before what opens an account is changed: it is the owner who asks. The form that was sent goes on afterwards. */
export function confirmPage(input: ConfirmInput): ConfirmPage {
  const { login, action, wanted, fault, asksPassword, asksCode, options, singleSignOn } = input;
  const nothingTyped = { values: {}, faults: {} };
  const password = textField(nothingTyped, 'confirm_password', 'Password', {
    ...{ kind: 'password', required: true, autocomplete: 'current-password', maxlength: 128, isFirst: true },
  });
  const code = textField(nothingTyped, 'confirm_code', 'Code', {
    ...{ required: true, autocomplete: 'one-time-code', maxlength: 40, isFirst: !asksPassword },
    hint: 'The six digits that your authenticator app shows, or a recovery code.',
  });
  const fields = [...(asksPassword ? [password] : []), ...(asksCode ? [code] : [])];
  const isDone = fields.length === 0 && options === null && singleSignOn === null;
  return {
    head: { title: 'Confirm that it is you', section: null },
    ...{ login, action, fault, fields, options },
    back: paths.ownAccount,
    hidden: Object.entries({ ...wanted, confirm_path: action }).map(([name, value]) => ({ name, value })),
    singleSignOn:
      singleSignOn === null ? null : { text: `Confirm with ${singleSignOn}`, action: paths.oidcConfirm },
    words: isDone
      ? 'You have confirmed that it is you. Nothing has been changed yet.'
      : 'This changes what opens an account, and you have not confirmed within the last ten minutes that it is you. Nothing has been changed yet.',
    button: isDone ? 'Continue' : 'Confirm and continue',
  };
}
