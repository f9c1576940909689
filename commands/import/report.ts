import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { printablePath } from '../../platform/printable.ts';
import { textTable } from '../cli/textTable.ts';
import type { ImportSummary } from './importPhotos.ts';
import type { FilePath, LeftOut } from './photoFolder.ts';

const mostRows = 50;
const widestName = 60;

/** What was done, in lines. */
export function summaryLines(summary: ImportSummary): string[] {
  const { photosUsed, facesFound, facesBelow, facesAdded, facesKnown, listId } = summary;
  const { eventsAdded, samplesRepaired, descriptorsRepaired } = summary;
  return [
    `${photosUsed} photos used, ${facesFound} faces found in them`,
    `${facesAdded} faces added, ${facesKnown} already existed`,
    ...(facesBelow === 0 ? [] : [`${facesBelow} faces left out as too small or too uncertain`]),
    ...(eventsAdded === 0 ? [] : [`${eventsAdded} events added for existing faces`]),
    ...(samplesRepaired + descriptorsRepaired === 0
      ? []
      : [`${samplesRepaired} samples and ${descriptorsRepaired} descriptors restored`]),
    ...(listId === null ? [] : [`list ${listId}`]),
  ];
}

/** What was left out, what is missed first: a table of bounded length, and by reason how many more there are. */
export function leftOutLines(folder: string, leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  const all = inOrder(leftOut);
  const rest = new Map<string, number>();
  for (const { reason } of all.slice(mostRows)) rest.set(reason, (rest.get(reason) ?? 0) + 1);
  return [
    '',
    `${leftOut.length} skipped:`,
    ...textTable(
      ['file', 'reason'],
      all.slice(0, mostRows).map(({ file, reason }) => [shorten(nameWithin(folder, file)), reason]),
    ),
    ...[...rest].slice(0, mostRows).map(([reason, count]) => `… and ${count} more: ${reason}`),
    ...(rest.size > mostRows ? [`… more, for ${rest.size - mostRows} other reasons`] : []),
  ];
}

/** All of it as CSV. */
export async function writeReport(
  report: string,
  folder: string,
  leftOut: readonly LeftOut[],
): Promise<void> {
  const rows = inOrder(leftOut).map(({ file, reason }) => [nameWithin(folder, file), reason]);
  await writeFile(report, stringify([['file', 'reason'], ...rows]));
}

function inOrder(leftOut: readonly LeftOut[]): LeftOut[] {
  return [...leftOut].sort((one, other) => Number(other.isMissed) - Number(one.isMissed));
}

function nameWithin(folder: string, file: FilePath): string {
  if (typeof file === 'string') return printablePath(relative(folder, file)) || '.';
  return printablePath(file.subarray(Buffer.byteLength(folder) + 1));
}

/** Of a long path the end says more. */
function shorten(name: string): string {
  return name.length <= widestName ? name : `…${name.slice(1 - widestName)}`;
}
