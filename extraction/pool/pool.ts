import { DomainError } from '../../domain/errors.ts';
import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Extracted } from '../extractor.ts';
import { forkExtractor } from './extractorProcess.ts';
import { aloneIn, chooseSlot, type Job, type JobResult, type SampleRequest, type Slot } from './slots.ts';
import type { ChildMessage, Wanted } from './protocol.ts';

export interface ExtractRequest extends SampleRequest {
  /** Default false: only the descriptor is made. */
  readonly attributes?: boolean;
}

export interface ExtractResult extends Extracted {
  /** Time of the model run alone. */
  readonly seconds: number;
}

export interface PoolStats {
  readonly processes: number;
  /** Processes that could work now. */
  readonly ready: number;
  /** Samples whose bytes are held: in the queue or with a process. */
  readonly held: number;
  /** Calls that wait for room. */
  readonly waiting: number;
  readonly deaths: number;
}

export interface ExtractorPool {
  /**
   * Rejects with DomainError `sampleUnreadable` or `sampleKillsExtractor` when the fault is the sample's; with any
   * other error when no extractor can work, or with what `bytes` rejected with.
   */
  run(request: ExtractRequest): Promise<ExtractResult>;
  /** Attributes without a descriptor; rejects as `run` does. */
  tellAttributes(request: SampleRequest): Promise<BasicAttributes>;
  stats(): PoolStats;
  /** Throws when no process can be had: each has died again and again before it was ready. */
  check(): void;
  /** Ids of the processes that live. */
  pids(): number[];
  /** Abandons what runs, rejects what waits, leaves no process. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly processes: number;
  readonly log: Logger;
  /** Images held at once; default four for each process. */
  readonly queueLimit?: number;
  /** A process that says nothing for so long while it has work is killed. */
  readonly stallMs?: number;
  onExtracted?(version: number, seconds: number): void;
  /** Another program instead of child.ts, for tests. */
  readonly entry?: string;
}

const deathsAllowed = 2;
const startsAllowed = 5;

/** Processes that run networks, shared by everything in this process that wants descriptors. */
export function createExtractorPool(options: PoolOptions): ExtractorPool {
  const { processes, log, queueLimit = processes * 4, stallMs = 60_000 } = options;
  const queue: Job[] = [];
  const waiting: { admit(): void; refuse(error: Error): void }[] = [];
  let held = 0;
  let lastSeq = 0;
  let deaths = 0;
  let closed = false;
  const slots = Array.from({ length: processes }, (): Slot => ({
    process: undefined,
    ready: false,
    jobs: new Map(),
    running: undefined,
    failedStarts: 0,
    watch: undefined,
    restart: undefined,
  }));

  function start(slot: Slot): void {
    slot.restart = undefined;
    slot.process = forkExtractor({
      ...(options.entry === undefined ? {} : { entry: options.entry }),
      onMessage: (message) => {
        receive(slot, message);
      },
      onExit: (reason) => {
        bury(slot, reason);
      },
    });
  }

  function receive(slot: Slot, message: ChildMessage): void {
    if (message.type === 'ready') {
      slot.ready = true;
      slot.failedStarts = 0;
      dispatch();
      return;
    }
    const job = slot.jobs.get(message.seq);
    if (job === undefined) return;
    if (message.type === 'started') {
      slot.running = job;
      rewatch(slot);
      return;
    }
    slot.jobs.delete(message.seq);
    slot.running = undefined;
    rewatch(slot);
    settle(job, message);
    dispatch();
  }

  function settle(job: Job, message: Exclude<ChildMessage, { type: 'ready' | 'started' }>): void {
    const { id, version } = job.request;
    if (message.type === 'done') {
      options.onExtracted?.(version, message.seconds);
      job.resolve({ ...message.made, seconds: message.seconds });
    } else if (message.type === 'unreadable') {
      job.reject(new DomainError('sampleUnreadable', `sample ${id}: ${message.detail}`));
    } else {
      job.reject(new Error(`Extractor ${version} failed on sample ${id}: ${message.detail}`));
    }
  }

  function bury(slot: Slot, reason: string): void {
    const culprit = slot.running ?? (slot.jobs.size === 1 ? aloneIn(slot) : undefined);
    const orphans = [...slot.jobs.values()];
    if (!slot.ready) slot.failedStarts += 1;
    clearTimeout(slot.watch);
    Object.assign(slot, { process: undefined, ready: false, running: undefined, watch: undefined });
    slot.jobs.clear();
    if (closed) return;
    deaths += 1;
    log.warn({ reason, sample: culprit?.request.id, orphans: orphans.length }, 'extractor process died');
    for (const job of orphans) job.alone = true;
    if (culprit !== undefined) culprit.deaths += 1;
    queue.unshift(...orphans.filter((job) => !refuseKiller(job)));
    const pause = slot.failedStarts === 0 ? 0 : Math.min(5_000, 100 * 2 ** slot.failedStarts);
    slot.restart = setTimeout(() => {
      start(slot);
    }, pause);
    if (isHopeless()) {
      giveUp(`Extractor processes do not start: ${reason}`);
    }
    dispatch();
  }

  function refuseKiller(job: Job): boolean {
    if (job.deaths < deathsAllowed) return false;
    const detail = `sample ${job.request.id} ended ${deathsAllowed} extractor processes`;
    job.reject(new DomainError('sampleKillsExtractor', detail));
    return true;
  }

  function isHopeless(): boolean {
    return slots.every(({ failedStarts }) => failedStarts >= startsAllowed);
  }

  function giveUp(message: string): void {
    for (const job of queue.splice(0)) job.reject(new Error(message));
    for (const { refuse } of waiting.splice(0)) refuse(new Error(message));
  }

  function rewatch(slot: Slot): void {
    clearTimeout(slot.watch);
    slot.watch = undefined;
    if (slot.jobs.size > 0) {
      slot.watch = setTimeout(() => {
        log.error({ stallMs }, 'extractor process hangs, killing it');
        slot.process?.kill();
      }, stallMs);
    }
  }

  function dispatch(): void {
    for (let job = queue[0]; job !== undefined; job = queue[0]) {
      const slot = chooseSlot(slots, job);
      if (slot?.process === undefined) return;
      queue.shift();
      slot.jobs.set(job.seq, job);
      if (slot.jobs.size === 1) rewatch(slot);
      const { request, bytes, seq, wanted } = job;
      const { version, kind } = request;
      slot.process.send({ seq, version, kind, bytes, wanted });
    }
  }

  async function room(): Promise<void> {
    if (held < queueLimit) held += 1;
    // Whoever leaves hands over the place, so that latecomers cannot overtake.
    else
      await new Promise<void>((admit, refuse) => {
        waiting.push({ admit, refuse });
      });
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next.admit();
    else held -= 1;
  }

  function refuseWhenClosed(): void {
    if (closed) throw new Error('Extractor pool is closed');
  }

  async function submit(request: SampleRequest, wanted: Wanted): Promise<JobResult> {
    refuseWhenClosed();
    await room();
    try {
      const bytes = typeof request.bytes === 'function' ? await request.bytes() : request.bytes;
      refuseWhenClosed();
      return await new Promise<JobResult>((resolve, reject) => {
        queue.push({ seq: ++lastSeq, request, wanted, bytes, deaths: 0, alone: false, resolve, reject });
        dispatch();
      });
    } finally {
      leave();
    }
  }

  for (const slot of slots) start(slot);

  return {
    run: async ({ attributes = false, ...request }) => {
      const { descriptor, ...rest } = await submit(request, attributes ? 'both' : 'descriptor');
      if (descriptor === undefined) throw new Error(`Extractor ${request.version} made no descriptor`);
      return { descriptor, ...rest };
    },
    tellAttributes: async (request) => {
      const { attributes } = await submit(request, 'attributes');
      if (attributes === undefined) throw new Error(`Extractor ${request.version} told no attributes`);
      return attributes;
    },
    stats: () => ({
      processes,
      ready: slots.filter(({ ready }) => ready).length,
      held,
      waiting: waiting.length,
      deaths,
    }),
    check: () => {
      if (closed || isHopeless()) throw new Error('no extractor process starts');
    },
    pids: () => slots.flatMap(({ process }) => process?.pid ?? []),
    close: async () => {
      closed = true;
      for (const slot of slots) {
        clearTimeout(slot.restart);
        clearTimeout(slot.watch);
        for (const job of slot.jobs.values()) queue.push(job);
        slot.jobs.clear();
      }
      giveUp('Extractor pool is closed');
      await Promise.all(slots.flatMap(({ process }) => process?.end(2_000) ?? []));
    },
  };
}
