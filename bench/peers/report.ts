import { textTable } from '../../commands/cli/textTable.ts';
import { median, round } from '../harness/figures.ts';
import type { Kind } from './contender.ts';
import type { Killed } from './kills.ts';
import { floor, type Rate } from './rates.ts';
import { scriptStatements } from './script.ts';
import type { Stops } from './stops.ts';

export interface PeersFigures {
  readonly faces: number;
  readonly samples: number;
  readonly partSizes: Readonly<Record<Kind, number>>;
  readonly killPartSizes: Readonly<Record<Kind, number>>;
  readonly waitSeconds: number;
  readonly seed: number;
  readonly rates: readonly Rate[];
  readonly stops: readonly Stops[];
  readonly kills: readonly Killed[];
  /** Resident memory of what runs beside the worker, MB. */
  readonly beside: Readonly<Record<string, number>>;
}

/** `waits`: by name, why an interrupted job has not gone on yet. */
export function peersReport(
  figures: PeersFigures,
  ours: string,
  waits: Readonly<Record<string, string>>,
): string[] {
  const { faces, samples, partSizes, killPartSizes, waitSeconds, seed, rates, stops, kills, beside } =
    figures;
  const names = [...new Set(rates.map(({ name }) => name))];
  const secondsOf = (kind: Kind, name: string) =>
    median(rates.filter((one) => one.kind === kind && one.name === name).map(({ seconds }) => seconds));
  const cells = (kind: Kind, name: string): (string | number)[] => {
    const seconds = secondsOf(kind, name);
    if (Number.isNaN(seconds)) return ['–', '–', '–'];
    const ratio = (to: string) => round(secondsOf(kind, to) / seconds);
    return [Math.round((kind === 'gc' ? faces : samples) / seconds), ratio(ours), ratio(floor)];
  };
  const most = (of: 'workerMb' | 'extractorMb', name: string): number | string => {
    const peak = Math.max(...rates.filter((one) => one.name === name).map((one) => one[of]));
    return peak === 0 ? '–' : peak;
  };
  const blocks: string[][] = [];
  if (rates.length > 0) {
    blocks.push([
      `gc of ${faces} faces with their children in parts of ${partSizes.gc}, samples kept, and an extract of ${samples} samples in parts of ${partSizes.extract}`,
      `ratios of the median rates: above 1 it is faster than this service, or than the floor`,
      `DBA script, one transaction: ${scriptStatements.join('; ')}`,
      '',
      ...textTable(
        [
          ...['', 'gc faces/s', 'to ours', 'to floor', 'extract samples/s', 'to ours', 'to floor'],
          ...['worker MB', 'extractor MB'],
        ],
        names.map((name) => [
          ...[name, ...cells('gc', name), ...cells('extract', name)],
          ...[most('workerMb', name), most('extractorMb', name)],
        ]),
      ),
    ]);
  }
  if (kills.length > 0) {
    blocks.push([
      `kills at random moments (seed ${seed}), parts of ${killPartSizes.gc} faces and ${killPartSizes.extract} samples; twice: faces deleted again after a rollback, samples that the network was asked for again`,
      '',
      ...textTable(
        ['', 'work', 'kills', 'objects', 'lost', 'twice', 'jobs given up', 'given back by hand', 'rest s'],
        kills.map((one) => [
          ...[one.name, one.kind, one.kills, one.objects, one.lost, one.twice, one.failed, one.byHand],
          one.tailSeconds,
        ]),
      ),
    ]);
  }
  if (stops.length > 0) {
    blocks.push([
      `gc of ${faces} faces in 4 parts, all under way; its worker is killed and started again at once`,
      '',
      ...textTable(
        ['', 'killed → goes on, s', 'cancel → nothing runs, s'],
        stops.map(({ name, goesOn, cancelled }) => [
          name,
          goesOn
            .map((seconds) => seconds ?? `not within ${waitSeconds} s (${waits[name] ?? ''})`)
            .join(', ') ||
            (waits[name] ?? ''),
          cancelled.join(', '),
        ]),
      ),
    ]);
  }
  const others = Object.entries(beside).map(([name, megabytes]) => `${name} ${megabytes} MB`);
  return [...blocks.flatMap((block) => [...block, '']), `beside the worker: ${others.join(', ')}`];
}
