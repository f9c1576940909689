import { readFile } from 'node:fs/promises';
import { commandLineOf } from '../../platform/processes.ts';

/** Largest resident memory that was seen, MB. */
export interface Memory {
  readonly worker: number;
  readonly api: number;
  /** Of one extractor process, the largest. */
  readonly extractor: number;
}

export const memoryHead = ['worker MB', 'API MB', 'extractor MB'];
export const memoryCells = ({ worker, api, extractor }: Memory): number[] => [worker, api, extractor];

const everyMs = 200;
const megabyteInKilobytes = 1_024;

/** Looks at the system's processes again and again until it is stopped; Linux only, zeros elsewhere. */
export function watchMemory(pids: () => Record<string, number | null>): { stop(): Memory } {
  const peak = { worker: 0, api: 0, extractor: 0 };
  let stopped = false;
  const look = async (): Promise<void> => {
    const { 'worker-1': worker, api } = pids();
    peak.worker = Math.max(peak.worker, await residentMegabytes(worker));
    peak.api = Math.max(peak.api, await residentMegabytes(api));
    for (const child of await extractorsOf(worker)) {
      peak.extractor = Math.max(peak.extractor, await residentMegabytes(child));
    }
  };
  const timer = setInterval(() => {
    if (!stopped) void look();
  }, everyMs);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
      return { ...peak };
    },
  };
}

export async function residentMegabytes(pid: number | null | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return Math.round(kilobytes / megabyteInKilobytes);
}

/** The extractor processes of a worker. */
export async function extractorsOf(worker: number | null | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${worker}/task/${worker}/children`, 'utf8').catch(() => '');
  const children = text.trim().split(' ').filter(Boolean).map(Number);
  const isExtractor = async (pid: number) =>
    (await commandLineOf(pid))?.includes('extraction/pool/child.ts') === true;
  const answers = await Promise.all(children.map(isExtractor));
  return children.filter((_, at) => answers[at]);
}
