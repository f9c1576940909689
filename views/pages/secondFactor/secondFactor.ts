import type { Confirm } from '../../components/confirm/confirm.ts';
import { nothingTyped, textField, type Field } from '../../components/field/field.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface PasskeyShape {
  readonly passkey_id: string;
  readonly name: string;
  readonly create_time: string;
  readonly last_use_time: string | null;
}

export interface SecondFactorInput {
  /** It is demanded, and nothing else can be done before. */
  readonly isMissing: boolean;
  readonly hasCodes: boolean;
  readonly recoveryCodes: number;
  readonly passkeys: readonly PasskeyShape[];
  /** For the browser; null: passkeys cannot be used here. */
  readonly options: string | null;
}

export interface SecondFactorPage {
  readonly head: PageHead;
  readonly isMissing: boolean;
  readonly setUpApp: string | null;
  readonly removeApp: Confirm | null;
  readonly passkeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly created: Time;
    readonly lastUse: Time | null;
  }[];
  readonly addPasskey: string;
  readonly removePasskey: string;
  readonly nameField: Field;
  readonly options: string | null;
  /** null: there is nothing that they could stand in for. */
  readonly recovery: { readonly words: string; readonly renew: Confirm } | null;
}

/** What is asked for after the password: an authenticator app, passkeys, recovery codes. */
export function secondFactorPage(input: SecondFactorInput): SecondFactorPage {
  const { isMissing, hasCodes, recoveryCodes, passkeys, options } = input;
  return {
    head: { title: 'Second factor', section: null },
    isMissing,
    setUpApp: hasCodes ? null : paths.secondFactorApp,
    removeApp: hasCodes
      ? {
          text: 'Remove…',
          consequence: 'Codes of the app are no longer asked for. Your other sessions end.',
          action: `${paths.secondFactorApp}/remove`,
          button: 'Remove the app',
        }
      : null,
    passkeys: passkeys.map((passkey) => ({
      id: passkey.passkey_id,
      name: passkey.name,
      created: time(passkey.create_time),
      lastUse: passkey.last_use_time === null ? null : time(passkey.last_use_time),
    })),
    addPasskey: paths.passkeys,
    removePasskey: `${paths.passkeys}/remove`,
    nameField: textField(nothingTyped, 'name', 'Name of the new passkey', {
      maxlength: 64,
      hint: 'For example, the device that it is on.',
    }),
    options,
    recovery:
      hasCodes || passkeys.length > 0
        ? {
            words: recoveryCodes === 1 ? '1 code is left.' : `${recoveryCodes} codes are left.`,
            renew: {
              text: 'Renew…',
              consequence: 'Makes ten new codes. The earlier ones stop working, and your other sessions end.',
              action: paths.recoveryCodes,
              button: 'Renew the codes',
            },
          }
        : null,
  };
}
