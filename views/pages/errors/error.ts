import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface ErrorInput {
  readonly status: number;
  readonly code: number;
  readonly title: string;
  readonly detail: string;
  readonly isSignedIn: boolean;
  /** Asking once more does no harm. */
  readonly isRead: boolean;
}

export interface ErrorPage {
  readonly head: PageHead;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly action: { readonly text: string; readonly href: string };
}

export function errorPage({ status, code, title, detail, isSignedIn, isRead }: ErrorInput): ErrorPage {
  return {
    head: { title, section: null },
    status,
    code: String(code),
    title,
    detail,
    action: status === 503 && isRead ? tryAgain : actionFor(isSignedIn, code),
  };
}

/** The address of this very page. */
const tryAgain = { text: 'Try again', href: '' };

/** Where others of what was looked for are, by error code. */
const lists: Readonly<Record<number, ErrorPage['action']>> = {
  11003: { text: 'Go to accounts', href: paths.accounts() },
  28001: { text: 'Go to tasks', href: paths.tasks() },
  28040: { text: 'Go to networks', href: paths.networks },
  28036: { text: 'Go to schedules', href: paths.schedules() },
};

function actionFor(isSignedIn: boolean, code: number): ErrorPage['action'] {
  if (!isSignedIn) return { text: 'Log in', href: paths.login };
  return lists[code] ?? { text: 'Go to the home page', href: paths.home };
}
