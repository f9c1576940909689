export interface LedgerLine {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly isRight: boolean;
}

export type Ledger = ReturnType<typeof createLedger>;

/** What was expected and what was found, line by line, for the table at the end. */
export function createLedger() {
  const lines: LedgerLine[] = [];
  return {
    /** The two must be equal. */
    expect: (what: string, expected: string | number, found: string | number): void => {
      lines.push({ what, expected: String(expected), found: String(found), isRight: expected === found });
    },
    /** What was expected is said in words and judged by the caller. */
    judge: (what: string, expected: string, found: string, isRight: boolean): void => {
      lines.push({ what, expected, found, isRight });
    },
    lines: (): readonly LedgerLine[] => lines,
    isRight: (): boolean => lines.every((line) => line.isRight),
  };
}
