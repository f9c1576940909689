import type { PageHead } from '../../layout.ts';

export interface OnwardPage {
  readonly head: PageHead;
  readonly text: string;
  readonly href: string;
}

/** On the way to another site, where the browser goes by itself. */
export function onwardPage({ text, href }: Omit<OnwardPage, 'head'>): OnwardPage {
  return { head: { title: text, section: null }, text, href };
}
