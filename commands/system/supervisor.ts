import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../platform/logger.ts';

/** A process that runs, however it was started. */
export interface UnitProcess {
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

export interface Unit {
  readonly name: string;
  /** Units of the highest rank are stopped first, those of one rank together. */
  readonly rank: number;
  start(signal: AbortSignal): Promise<UnitProcess>;
}

export interface SupervisorOptions {
  readonly log: Logger;
  readonly firstDelayMs?: number;
  readonly longestDelayMs?: number;
  /** A process that lived this long starts again after the first delay. */
  readonly steadyMs?: number;
  /** What still runs after this part of a stop is killed. */
  readonly stopLimitMs?: number;
}

export interface Supervisor {
  /** Starts a unit and keeps it alive from then on. Throws when this first start fails. */
  add(unit: Unit): Promise<void>;
  pids(): Record<string, number | null>;
  /** Sends a signal behind the supervisor's back: a process that dies of it is started again. */
  kill(name: string, signal: NodeJS.Signals): void;
  /** Stops a unit, or kills it with the signal, and leaves it down until `resume`. */
  halt(name: string, signal?: NodeJS.Signals): Promise<void>;
  resume(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Entry {
  readonly unit: Unit;
  wanted: AbortController;
  process: UnitProcess | null;
  upSince: number;
  failures: number;
  revival: Promise<void>;
}

/** Keeps processes alive: one that ends is started again, after 1 s at first and up to 30 s when it keeps dying. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const {
    log,
    firstDelayMs = 1_000,
    longestDelayMs = 30_000,
    steadyMs = 30_000,
    stopLimitMs = 9_000,
  } = options;
  const entries = new Map<string, Entry>();

  async function launch(entry: Entry): Promise<void> {
    const { signal } = entry.wanted;
    const started = await entry.unit.start(signal);
    if (signal.aborted) {
      await started.stop();
      return;
    }
    entry.process = started;
    entry.upSince = Date.now();
    void started.exited.then(() => {
      if (entry.process !== started) return;
      entry.process = null;
      if (!entry.wanted.signal.aborted) entry.revival = revive(entry);
    });
  }

  async function revive(entry: Entry): Promise<void> {
    const { signal } = entry.wanted;
    const isWanted = () => !signal.aborted;
    const { name } = entry.unit;
    if (Date.now() - entry.upSince >= steadyMs) entry.failures = 0;
    while (isWanted()) {
      const waitMs = Math.min(longestDelayMs, firstDelayMs * 2 ** entry.failures++);
      log.warn({ process: name, waitMs }, `${name} exited; restarting it`);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (!isWanted()) return;
      try {
        await launch(entry);
        return;
      } catch (error) {
        if (isWanted()) log.error({ err: error, process: name }, `${name} could not be started`);
      }
    }
  }

  async function halt(entry: Entry, signal?: NodeJS.Signals): Promise<void> {
    entry.wanted.abort();
    await entry.revival;
    const running = entry.process;
    entry.process = null;
    if (running === null) return;
    if (signal === undefined) await running.stop();
    else process.kill(running.pid, signal);
    await running.exited;
  }

  async function resume(entry: Entry): Promise<void> {
    if (!entry.wanted.signal.aborted) return;
    entry.wanted = new AbortController();
    await launch(entry);
  }

  function find(name: string): Entry {
    const entry = entries.get(name);
    if (entry === undefined)
      throw new Error(`there is no process ${name}, only ${[...entries.keys()].join(', ')}`);
    return entry;
  }

  async function stop(): Promise<void> {
    const all = [...entries.values()];
    const limit = setTimeout(() => {
      for (const { unit, process: running } of stillRunning) {
        log.error(
          { process: unit.name, processPid: running.pid },
          `${unit.name} did not stop in time and is killed`,
        );
        killQuietly(running.pid);
      }
    }, stopLimitMs);
    const stillRunning = new Set(
      all.flatMap((entry) => (entry.process === null ? [] : [{ unit: entry.unit, process: entry.process }])),
    );
    for (const item of stillRunning) void item.process.exited.then(() => stillRunning.delete(item));
    for (const entry of all) entry.wanted.abort();
    for (const rank of [...new Set(all.map(({ unit }) => unit.rank))].sort((a, b) => b - a)) {
      await Promise.all(all.filter(({ unit }) => unit.rank === rank).map((entry) => halt(entry)));
    }
    clearTimeout(limit);
  }

  return {
    async add(unit) {
      const entry: Entry = {
        unit,
        wanted: new AbortController(),
        process: null,
        upSince: 0,
        failures: 0,
        revival: Promise.resolve(),
      };
      entries.set(unit.name, entry);
      await launch(entry);
    },
    pids: () => Object.fromEntries([...entries].map(([name, entry]) => [name, entry.process?.pid ?? null])),
    kill(name, signal) {
      const running = find(name).process;
      if (running === null) throw new Error(`${name} is not running`);
      process.kill(running.pid, signal);
    },
    halt: (name, signal) => halt(find(name), signal),
    resume: (name) => resume(find(name)),
    async restart(name) {
      await halt(find(name));
      await resume(find(name));
    },
    stop,
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts units together. Throws when one of them fails, after all have settled, or when the start is given up. */
export async function addUnits(
  units: readonly Unit[],
  signal: AbortSignal | undefined,
  supervisor: Supervisor,
): Promise<void> {
  signal?.throwIfAborted();
  const stop = () => void supervisor.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const results = await Promise.allSettled(units.map((unit) => supervisor.add(unit)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
