import type { DestinationStream } from 'pino';
import { build } from 'pino-pretty';
import { printableLines } from './printable.ts';

/**
 * Lines for a person's eyes: time, level, process, message; made in this thread, so none is lost at exit. Text that
 * others chose, such as the name of a file, reaches the terminal in printable characters only.
 */
export function pretty(destination: NodeJS.WritableStream): DestinationStream {
  const isTerminal = 'isTTY' in destination && destination.isTTY === true;
  const lines = build({
    destination,
    colorize: isTerminal,
    ignore: 'hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    sync: true,
  });
  return { write: (line) => void lines.write(`${JSON.stringify(JSON.parse(line, toPrintable))}\n`) };
}

function toPrintable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? printableLines(value) : value;
}
