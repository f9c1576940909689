import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Files of tests that one process runs, one after the other. */
export type Entry = readonly string[];

// Most load a second's worth of modules, and compile the contract and the pages: a fifth of a file's time beside others.
// All of a process are loaded at once, and begin with what their top says: twelve APIs that start together fail each other.
// What waits takes longer than it works: of these few go together, or whoever comes last waits for them alone.
const filesPerProcess = { working: 8, onPages: 5, withEngine: 3 };

// What starts processes, or is about its own, would be disturbed by others there.
const needsItsOwn =
  /node:child_process|runToEnd\.ts|\bprocess\.|startedSystem\.ts|system\/system\.ts|startFixture\.ts|harness\/bed\.ts/;

const engineFile = 'engine/engine.ts';
const opensBrowser = /\b(launchBrowser|openSite|openSchedules)\b/;

// A minute and more each, the longest first.
const longest = [
  'test/pages/looks',
  'test/bench/measurements',
  'test/commands/demo',
  'test/engine/upgrades',
  'test/engine/kills',
  'test/temporal/waiting',
  'test/chaos/chaos',
  'test/engine/cancel',
  'test/engine/outages',
  'test/ops/rollingRestart',
  'test/commands/failures',
  'test/pages/pageLimit',
  'test/engine/hostileDatabase',
  'test/engine/schedules',
  'test/engine/throttle',
  'test/commands/system/',
  'test/commands/import/',
  'test/commands/extractor',
];

/**
 * Which files share a process, in the order in which they are best begun: the longest first, then in turns those that wait and
 * those that need a processor.
 */
export function planEntries(
  files: readonly string[],
  readText: (file: string) => string = textOf,
): readonly Entry[] {
  const placeOf = (file: string): number => longest.findIndex((start) => file.startsWith(start));
  const first = files.filter((file) => placeOf(file) >= 0).sort((a, b) => placeOf(a) - placeOf(b));
  const others = files.filter((file) => !first.includes(file)).sort();
  const isAlone = (file: string): boolean => needsItsOwn.test(readText(file));
  const together = others.filter((file) => !isAlone(file));
  const engines = together.filter((file) => readText(file).includes(engineFile));
  const pages = together.filter((file) => !engines.includes(file) && opensBrowser.test(readText(file)));
  const working = together.filter((file) => !engines.includes(file) && !pages.includes(file));
  const waiting = [
    ...groupsOf(pages, filesPerProcess.onPages),
    ...groupsOf(engines, filesPerProcess.withEngine),
    ...takeTurns(others.filter(isAlone)).map((file): Entry => [file]),
  ];
  return [...first.map((file): Entry => [file]), ...mix(waiting, groupsOf(working, filesPerProcess.working))];
}

function groupsOf(files: readonly string[], size: number): Entry[] {
  return Array.from({ length: Math.ceil(files.length / size) }, (_, n) =>
    files.slice(n * size, (n + 1) * size),
  );
}

export function needsBrowser(file: string): boolean {
  return opensBrowser.test(textOf(file));
}

/** A module for each entry, in `folder`; in the order of their names, in which the test runner begins them. */
export async function writeEntries(
  entries: readonly Entry[],
  folder: string,
  limitMs: number,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    entries.map(async (files, index) => {
      const path = join(folder, `${String(index).padStart(3, '0')}.test.mjs`);
      await writeFile(path, moduleOf(files, limitMs));
      return path;
    }),
  );
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

/** Hooks of a file that is loaded inside a suite are hooks of that suite. */
function moduleOf(files: Entry, limitMs: number): string {
  const suites = files.map((file) => {
    const url = JSON.stringify(pathToFileURL(resolve(file)).href);
    return `describe(${JSON.stringify(file)}, { timeout: ${limitMs} }, async () => void (await import(${url})));\n`;
  });
  return `import { describe } from 'node:test';\n${suites.join('')}`;
}

/** One file of each folder, then the next: those of one folder wait, or need the processors, at the same time. */
function takeTurns(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  const placed = [...files].sort().map((file) => {
    const folder = dirname(file);
    const place = counts.get(folder) ?? 0;
    counts.set(folder, place + 1);
    return { file, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ file }) => file);
}

/** Both lists in their order, spread evenly over each other. */
function mix<Item>(one: readonly Item[], other: readonly Item[]): Item[] {
  const place = (list: readonly Item[]) =>
    list.map((item, index) => ({ item, at: (index + 0.5) / list.length }));
  return [...place(one), ...place(other)].sort((a, b) => a.at - b.at).map(({ item }) => item);
}
