import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks for a line on the terminal without showing what is typed. Rejects at its end (Ctrl-D) and at Ctrl-C. */
export async function promptHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await Promise.race([terminal.question(''), rejectAtClose(terminal)]);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

/** A question whose terminal is closed stays without an answer, and its command without an end. */
function rejectAtClose(terminal: Interface): Promise<never> {
  return new Promise((_, reject) => {
    terminal.once('close', () => {
      reject(new Error('nothing was typed'));
    });
  });
}
