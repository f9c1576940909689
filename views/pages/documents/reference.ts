import type { PageHead } from '../../layout.ts';

export interface ReferencePage {
  readonly head: PageHead;
}

export function referencePage(): ReferencePage {
  return { head: { title: 'API reference', section: null } };
}
