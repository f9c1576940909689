import type { PageHead } from '../../layout.ts';

export interface ManualPageView {
  readonly head: PageHead;
  readonly html: string;
}

export function manualPage({
  title,
  html,
}: {
  readonly title: string;
  readonly html: string;
}): ManualPageView {
  return { head: { title, section: null }, html };
}
