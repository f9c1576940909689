import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from './bed.ts';
import { extractorsOf, residentMegabytes } from './memory.ts';

/** What a process holds on to, after its garbage was collected. */
export interface Reading {
  /** JavaScript heap and what it keeps outside, MB; null of extractors, which tell no figures. */
  readonly heapMegabytes: number | null;
  /** Resident, MB. */
  readonly residentMegabytes: number;
  readonly files: number;
  /** Timers, sockets, requests and the like that keep Node's event loop busy; null of extractors. */
  readonly handles: number | null;
}

const collected = 'nodejs_gc_duration_seconds_count{kind="major"}';
const collectWithinMs = 30_000;
const megabyte = 1_048_576;

/** The setting that makes the Node processes of a bed collect their garbage when they get SIGURG, for which Node does nothing itself. */
export const collectsOnSignal = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    process.on('SIGURG', () => collect());`)}`,
};

/** Of the API, the worker and each extractor process, by name; Linux only. */
export async function readProcesses({ running }: Bed): Promise<Map<string, Reading>> {
  const { api, 'worker-1': worker } = running.pids();
  if (api == null || worker == null) throw new Error('a process that is to be read does not run');
  const extractors = await extractorsOf(worker);
  for (const pid of extractors) process.kill(pid, 'SIGURG');
  return new Map([
    ['api', await readService(api, `${running.apiUrl}/metrics`)],
    ['worker', await readService(worker, `${running.workerUrls[0] ?? ''}/metrics`)],
    ...(await Promise.all(
      extractors.map(async (pid, at): Promise<[string, Reading]> => [
        `extractor ${at + 1}`,
        {
          ...{ heapMegabytes: null, handles: null, files: await filesOf(pid) },
          residentMegabytes: await residentMegabytes(pid),
        },
      ]),
    )),
  ]);
}

async function readService(pid: number, url: string): Promise<Reading> {
  const before = (await readFigures(url)).get(collected) ?? 0;
  const limit = Date.now() + collectWithinMs;
  for (;;) {
    // Again each time: a collection that was under way is told as one of another kind.
    process.kill(pid, 'SIGURG');
    await delay(200);
    const figures = await readFigures(url);
    const figure = (name: string) => figures.get(name) ?? Number.NaN;
    if (figure(collected) > before) {
      return {
        heapMegabytes:
          (figure('nodejs_heap_size_used_bytes') + figure('nodejs_external_memory_bytes')) / megabyte,
        residentMegabytes: await residentMegabytes(pid),
        files: await filesOf(pid),
        handles: figure('nodejs_active_resources_total'),
      };
    }
    if (Date.now() > limit) throw new Error(`${url} told of no garbage collection`);
  }
}

async function readFigures(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(url)).text();
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function filesOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}
