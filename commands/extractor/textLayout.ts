import { textTable } from '../cli/textTable.ts';

/** Columns of figures with their units to the right, below their heads. */
export function figureTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const right = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at] ?? 0)));
  return textTable(right(head), rows.map(right));
}

const width = 98;

/** Lines of whole words, a percent sign with its figure; those after the first are indented. */
export function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/ (?!%)/)) {
    const line = lines.at(-1) ?? '';
    if (line.trim() !== '' && line.length + word.length >= width) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
