import { setTimeout as delay } from 'node:timers/promises';
import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { round, slopeOf } from './harness/figures.ts';
import { importSamples } from './harness/importSamples.ts';
import type { Measurement } from './harness/measurement.ts';
import { collectsOnSignal, readProcesses, type Reading } from './harness/processReadings.ts';
import { soakOnce } from './harness/soakRound.ts';

interface Look {
  readonly hours: number;
  readonly process: string;
  readonly reading: Reading;
}

const hourMs = 3_600_000;
const fewestRounds = 4;
/** Of the time, until caches, pools and compiled code have their size. */
const warmUp = 0.25;
const version = 3;

/** Whether memory or handles grow with time: rounds of every kind of work, each followed by a rest as long as itself. */
export const soak: Measurement = {
  about: 'memory and handles over --minutes of half the load that it can take',
  settings: { ...collectsOnSignal, DEFAULT_DESCRIPTOR_VERSION: '9' },
  measure: async (bed, { faces, samples: wanted, minutes }, say) => {
    const samples = (await importSamples(bed, wanted, say)).length;
    const looks: Look[] = [];
    const done = { rounds: 0, tasks: 0, objects: 0, workedMs: 0 };
    const started = performance.now();
    const sinceHours = () => (performance.now() - started) / hourMs;
    while (60 * sinceHours() < minutes || done.rounds < fewestRounds) {
      const began = performance.now();
      const { tasks, objects } = await soakOnce(bed, done.rounds + 1, { faces, samples, version });
      const workedMs = performance.now() - began;
      done.rounds += 1;
      done.tasks += tasks;
      done.objects += objects;
      done.workedMs += workedMs;
      await delay(workedMs, undefined, { signal: bed.signal });
      const hours = sinceHours();
      const readings = await readProcesses(bed);
      for (const [process, reading] of readings) looks.push({ hours, process, reading });
      say(`soak: ${round(60 * hours, 1)} min, round ${done.rounds}: ${told(readings)}`);
    }
    const hours = sinceHours();
    const unfinished = await leftOver(bed);
    const head = [
      'process',
      'readings',
      'heap MB',
      'MB/h',
      '±',
      'resident MB',
      'MB/h',
      '±',
      'files',
      'handles',
    ];
    const rows = rowsOf(looks, hours);
    return {
      figures: { ...done, hours, samples, faces, unfinished, head, rows, looks },
      lines: [
        `${round(hours)} h, ${done.rounds} rounds, ${done.tasks} tasks, ${done.objects} objects; at work ${round((100 * done.workedMs) / (hours * hourMs), 0)} % of the time`,
        `after each round and a rest as long as it, garbage collected; the first ${100 * warmUp} % of the time are for warming up`,
        '',
        ...textTable(head, rows),
        '',
        `left over at the end: ${unfinished} unfinished tasks`,
      ],
    };
  },
};

const told = (readings: ReadonlyMap<string, Reading>): string =>
  [...readings]
    .map(([name, one]) => {
      const heap = one.heapMegabytes === null ? '' : `${round(one.heapMegabytes, 1)} of `;
      return `${name} ${heap}${one.residentMegabytes} MB, ${one.files} files, ${one.handles ?? 0} handles`;
    })
    .join('; ');

/** Growth in MB an hour after the warm-up; files and handles at its end and at the end of all. */
function rowsOf(looks: readonly Look[], hours: number): (string | number)[][] {
  const names = [...new Set(looks.map(({ process }) => process))];
  return names.flatMap((name) => {
    const warm = looks.filter((look) => look.process === name && look.hours >= warmUp * hours);
    const [first, last] = [warm[0]?.reading, warm.at(-1)?.reading];
    if (first === undefined || last === undefined || warm.length < 3) return [];
    const growth = (of: (reading: Reading) => number | null) => {
      const { slope, error } = slopeOf(warm.map(({ hours: at, reading }) => [at, of(reading) ?? 0]));
      return [round(slope), round(error)];
    };
    const span = (from: number | null, to: number | null) => (from === null ? '–' : `${from} → ${to ?? '–'}`);
    const heap =
      last.heapMegabytes === null
        ? ['–', '–', '–']
        : [round(last.heapMegabytes, 1), ...growth(({ heapMegabytes }) => heapMegabytes)];
    return [
      [
        ...[name, warm.length, ...heap],
        ...[last.residentMegabytes, ...growth(({ residentMegabytes }) => residentMegabytes)],
        ...[span(first.files, last.files), span(first.handles, last.handles)],
      ],
    ];
  });
}

/** Tasks that have not come to an end. */
async function leftOver({ db }: Bed): Promise<number> {
  const [row] = await db.query<{ tasks: number }>('select count(*) tasks from tasks where end_time is null');
  return row?.tasks ?? 0;
}
