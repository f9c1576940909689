import type { PageHead } from '../../layout.ts';
import { documentLinks, type DocumentLink } from './documentLinks.ts';

export interface ReferencePage {
  readonly head: PageHead;
  readonly documents: readonly DocumentLink[];
}

export function referencePage(): ReferencePage {
  return { head: { title: 'API reference', section: null }, documents: documentLinks('reference') };
}
