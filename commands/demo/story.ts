import { Writable } from 'node:stream';
import { textTable } from '../cli/textTable.ts';

export type Story = ReturnType<typeof createStory>;

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
