import { readFile, readdir } from 'node:fs/promises';

/** Seconds of processor time since the start of each process of a measured system, with all that it started. */
export interface ProcessorTime {
  /** Without its extractors. */
  readonly worker: number;
  readonly extractors: number;
  readonly database: number;
  readonly temporal: number;
  readonly api: number;
}

// The kernel counts hundredths of a second on every Linux that is in use.
const tickInSeconds = 0.01;

/** Linux only, zeros elsewhere. */
export async function readProcessorTime(pids: Record<string, number | null>): Promise<ProcessorTime> {
  const table = await readProcesses();
  const withAll = (pid: number | null | undefined): number => {
    const own = table.get(pid ?? 0);
    if (own === undefined) return 0;
    const children = [...table.values()].filter(({ parent }) => parent === pid);
    return own.ticks + children.reduce((sum, child) => sum + withAll(child.pid), 0);
  };
  const { 'worker-1': worker, api, temporal, postgres } = pids;
  const extractors = [...table.values()]
    .filter(({ parent }) => parent === worker)
    .reduce((sum, { pid }) => sum + withAll(pid), 0);
  const seconds = (ticks: number) => ticks * tickInSeconds;
  return {
    worker: seconds(withAll(worker) - extractors),
    extractors: seconds(extractors),
    database: seconds(withAll(postgres)),
    temporal: seconds(withAll(temporal)),
    api: seconds(withAll(api)),
  };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own and those of children that have ended. */
  readonly ticks: number;
}

async function readProcesses(): Promise<ReadonlyMap<number, Process>> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(
    pids.map(async (pid): Promise<Process | null> => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name, in parentheses, may hold spaces.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (fields.length < 16) return null;
      const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
      return { pid, parent: Number(fields[1]), ticks };
    }),
  );
  return new Map(all.flatMap((one) => (one === null ? [] : [[one.pid, one]])));
}
