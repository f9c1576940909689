import type { PageHead } from '../../layout.ts';
import { documentLinks, type DocumentLink } from './documentLinks.ts';

interface ManualInput {
  readonly title: string;
  readonly html: string;
  readonly chapters: readonly { readonly id: string; readonly html: string }[];
}

export interface ManualPageView extends Omit<ManualInput, 'title'> {
  readonly head: PageHead;
  readonly documents: readonly DocumentLink[];
}

export function manualPage({ title, ...page }: ManualInput): ManualPageView {
  return { head: { title, section: null }, documents: documentLinks('manual'), ...page };
}
