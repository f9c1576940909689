import { Writable } from 'node:stream';
import type { Database } from '../../db/sql/connection.ts';
import type { TaskCalls } from '../cli/taskCalls.ts';
import { textTable } from '../cli/textTable.ts';
import type { Running } from '../system/system.ts';
import type { UpgradeCalls } from './upgradeCalls.ts';

export type Story = ReturnType<typeof createStory>;

/** Of the networks of the story: those of the upgrade, and the one of a task by hand. */
export const versions = { from: 1, to: 3, byHand: 2 } as const;

const width = 92;

/** What the demo says, in plain words on stdout. */
export function createStory(out: NodeJS.WritableStream = process.stdout) {
  const started = performance.now();
  let step = 0;
  const write = (text: string): void => void out.write(`${text}\n`);
  const elapsed = (): number => (performance.now() - started) / 1_000;
  const say = (text: string): void => {
    write(text === '' ? '' : `  ${text}`);
  };
  return {
    elapsed,
    say,
    title: (text: string): void => {
      write(`\n${text}`);
    },
    step: (text: string): void => {
      const head = `── ${++step}  ${text} `;
      const time = ` ${elapsed().toFixed(0)} s`;
      write(`\n${head}${'─'.repeat(Math.max(3, width - head.length - time.length))}${time}`);
    },
    table: (head: readonly string[], rows: readonly (readonly (string | number)[])[]): void => {
      for (const line of textTable(head, rows)) say(line);
    },
    /** For a JSON logger: its messages become lines of the story. */
    logDestination: (): Writable =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          for (const entry of chunk.toString().split('\n').filter(Boolean)) {
            const { msg, err } = JSON.parse(entry) as { msg: string; err?: { message: string } };
            say(`· ${msg}${err === undefined ? '' : `: ${err.message}`}`);
          }
          done();
        },
      }),
  };
}

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

/** What every step of the demo works with. */
export interface Demo {
  readonly running: Running;
  readonly tasks: TaskCalls;
  readonly upgrades: UpgradeCalls;
  /** For looking into the tables; changes are made by the API and the commands alone. */
  readonly db: Database;
  readonly story: Story;
  readonly ledger: Ledger;
  /** Jittered copies of each face. */
  readonly copies: number;
  readonly signal: AbortSignal;
}
