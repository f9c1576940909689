import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface RecoveryCodesPage {
  readonly head: PageHead;
  readonly codes: readonly string[];
  /** The same as a file. */
  readonly download: string;
  readonly next: string;
}

/** The only place where they are shown. */
export function recoveryCodesPage({
  login,
  codes,
}: {
  readonly login: string;
  readonly codes: readonly string[];
}): RecoveryCodesPage {
  const text = `Recovery codes of ${login} for Luna Admin. Each works once.\n\n${codes.join('\n')}\n`;
  return {
    head: { title: 'Recovery codes', section: null },
    codes,
    download: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`,
    next: paths.secondFactor,
  };
}
