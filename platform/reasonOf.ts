import { printable } from './printable.ts';

const longest = 200;

/** Why something failed, in one line of bounded length, without the path that the file system says it of. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const isOfFileSystem = error instanceof Error && 'syscall' in error;
  const said = isOfFileSystem ? text.replace(/, [a-z]+( '.*)?$/s, '') : text;
  const line = printable(said.trim().replaceAll(/\s*\n\s*/g, '; '));
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
