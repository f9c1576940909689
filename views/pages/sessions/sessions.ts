import { time, type Time } from '../../components/time/time.ts';
import type { Confirm } from '../../components/confirm/confirm.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface SessionShape {
  readonly session_key: string;
  readonly device: string;
  readonly address: string;
  readonly begun: string;
  readonly last_seen: string;
  readonly how: string;
  readonly second_factor: string | null;
  /** With which the page was asked for. */
  readonly is_present: boolean;
}

export interface SessionsInput {
  /** null: one's own. */
  readonly account: { readonly account_id: string; readonly login: string } | null;
  readonly sessions: readonly SessionShape[];
}

interface SessionRow {
  readonly key: string;
  readonly device: string;
  readonly address: string;
  readonly begun: Time;
  readonly lastSeen: Time;
  readonly how: string;
  readonly isPresent: boolean;
}

export interface SessionsPage {
  readonly head: PageHead;
  readonly title: string;
  readonly crumbs: readonly { readonly text: string; readonly href: string }[];
  readonly rows: readonly SessionRow[];
  readonly action: string;
  /** null: there is none to end. */
  readonly endAll: Confirm | null;
}

/** Where an account is logged in, one's own or, for administrators, another's. */
export function sessionsPage({ account, sessions }: SessionsInput): SessionsPage {
  const action = account === null ? paths.ownSessions : paths.accountSessions(account.account_id);
  const others = sessions.filter((session) => !session.is_present);
  return {
    head: { title: 'Sessions', section: account === null ? null : 'accounts' },
    title: account === null ? 'Your sessions' : `Sessions of ${account.login}`,
    crumbs:
      account === null
        ? [{ text: 'Your account', href: paths.ownAccount }]
        : [
            { text: 'Accounts', href: paths.accounts() },
            { text: account.login, href: paths.account(account.account_id) },
          ],
    rows: sessions.map((session) => ({
      key: session.session_key,
      device: session.device,
      address: session.address === '' ? '–' : session.address,
      begun: time(session.begun),
      lastSeen: time(session.last_seen),
      how: wordsOf(session),
      isPresent: session.is_present,
    })),
    action,
    endAll:
      others.length === 0
        ? null
        : {
            text: account === null ? 'End the others…' : 'End all…',
            consequence:
              account === null
                ? 'Ends every session of your account but this one.'
                : 'Ends every session of this account. Programs that use its password are not affected.',
            action: `${action}/all`,
            button: account === null ? 'End the others' : 'End all sessions',
          },
  };
}

const beginnings: Readonly<Record<string, string>> = {
  password: 'Password',
  passkey: 'Passkey',
  oidc: 'Single sign-on',
};

function wordsOf({ how, second_factor }: SessionShape): string {
  const first = beginnings[how] ?? how;
  if (second_factor === null) return first;
  return `${first} and ${second_factor === 'provider' ? 'second factor there' : second_factor}`;
}
