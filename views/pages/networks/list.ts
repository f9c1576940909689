import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { NetworkVersionShape } from '../../shapes.ts';
import { isUnderWay } from './checkWords.ts';
import { versionRow, type VersionRow } from './versionRow.ts';

export interface NetworksInput {
  readonly versions: readonly NetworkVersionShape[];
}

export interface NetworksPage {
  readonly head: PageHead;
  readonly rows: readonly VersionRow[];
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

/** Seconds: while a check goes on, and until somebody may have ordered one. */
export const lookAgain = { underWay: 2, else: 30 };

export function networksPage({ versions }: NetworksInput): NetworksPage {
  const goesOn = versions.some(({ last_check }) => isUnderWay(last_check));
  return {
    head: { title: 'Networks', section: 'networks' },
    rows: versions.map(versionRow),
    events: paths.allTaskEvents,
    lookAgain: goesOn ? lookAgain.underWay : lookAgain.else,
  };
}
