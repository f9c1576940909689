import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface ErrorInput {
  readonly status: number;
  readonly code: number;
  readonly title: string;
  readonly detail: string;
  readonly isSignedIn: boolean;
}

export interface ErrorPage {
  readonly head: PageHead;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly action: { readonly text: string; readonly href: string };
}

export function errorPage({ status, code, title, detail, isSignedIn }: ErrorInput): ErrorPage {
  return {
    head: { title, section: null },
    status,
    code: String(code),
    title,
    detail,
    action: isSignedIn
      ? { text: 'To the home page', href: paths.home }
      : { text: 'Log in', href: paths.login },
  };
}
