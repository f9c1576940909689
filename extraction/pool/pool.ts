import { DomainError } from '../../domain/errors.ts';
import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { Made, TensorData, Wish } from '../extractor.ts';
import { findNetwork, isPrepared, networkKindOf } from '../catalogue/network.ts';
import { forkExtractor } from './extractorProcess.ts';
import {
  batchesPerProcess,
  takeBatch,
  type Batch,
  type Job,
  type SampleRequest,
  type Slot,
} from './slots.ts';
import type { ChildMessage, Image } from './protocol.ts';
import type { PoolOptions, PoolStats } from './options.ts';
import { createRoom } from './room.ts';

export interface ExtractRequest extends Omit<SampleRequest, 'wanted'> {
  /** Default false: only the descriptor is made. */
  readonly attributes?: boolean;
}

export type Extracted = Made & Required<Pick<Made, 'descriptor'>>;

export interface ExtractorPool {
  /**
   * Rejects with DomainError `sampleUnreadable` or `sampleKillsExtractor` when the fault is the sample's; with any
   * other error when no extractor can work, or with what `bytes` rejected with.
   */
  run(request: ExtractRequest): Promise<Extracted>;
  /** Attributes without a descriptor; rejects as `run` does. */
  tellAttributes(request: Omit<SampleRequest, 'wanted'>): Promise<BasicAttributes>;
  /** What the network would be fed with, for one that runs elsewhere; rejects as `run` does. */
  prepare(request: ExtractRequest): Promise<TensorData>;
  stats(): PoolStats;
  /** Throws when no process can be had: each has died again and again before it was ready. */
  check(): void;
  /** Ids of the processes that live. */
  pids(): number[];
  /** Abandons what runs, rejects what waits, leaves no process. */
  close(): Promise<void>;
}

async function bytesOf({ bytes }: SampleRequest): Promise<Uint8Array> {
  return typeof bytes === 'function' ? bytes() : bytes;
}

const deathsAllowed = 2;
const startsAllowed = 5;

/** Processes that run networks, shared by everything in this process that wants descriptors. */
export function createExtractorPool(options: PoolOptions): ExtractorPool {
  const { processes, log, stallMs = 60_000 } = options;
  const networks = options.networks.filter(isPrepared);
  const largest = Math.max(1, ...networks.map(({ batch }) => batch));
  const { queueLimit = 2 * processes * batchesPerProcess * largest } = options;
  const queue: Job[] = [];
  const room = createRoom(queueLimit);
  let lastSeq = 0;
  let deaths = 0;
  let closed = false;
  let willDispatch = false;
  const slots = Array.from({ length: processes }, (): Slot => ({
    process: undefined,
    ready: false,
    batches: new Map(),
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
    slot.process.send({ type: 'networks', networks });
  }

  function receive(slot: Slot, message: ChildMessage): void {
    // The pool asks for none: a batch opens what it needs.
    if (message.type === 'loaded') return;
    if (message.type === 'ready') {
      slot.ready = true;
      slot.failedStarts = 0;
      dispatch();
      return;
    }
    const batch = slot.batches.get(message.seq);
    if (batch === undefined) return;
    if (message.type === 'started') {
      slot.running = batch;
      rewatch(slot);
      return;
    }
    slot.batches.delete(message.seq);
    slot.running = undefined;
    rewatch(slot);
    settle(batch, message);
    dispatch();
  }

  function settle({ jobs }: Batch, message: Extract<ChildMessage, { type: 'done' | 'failed' }>): void {
    for (const [index, job] of jobs.entries()) {
      const { id, version } = job.request;
      const made = message.type === 'done' ? message.made[index] : undefined;
      if (made === 'unread') {
        void readHere(job);
        continue;
      }
      if (message.type === 'failed' || made === undefined) {
        const detail = message.type === 'failed' ? message.detail : 'no answer';
        job.reject(new Error(`Extractor ${version} failed on sample ${id}: ${detail}`));
      } else if ('fault' in made) {
        job.reject(new DomainError('sampleUnreadable', `sample ${id}: ${made.fault}`));
      } else {
        // What is prepared for a network elsewhere is counted when that one has answered.
        if (made.input === undefined) options.onExtracted?.(version, message.seconds / jobs.length);
        job.resolve(made);
      }
    }
  }

  /** By whoever knows what a missing file means, and puts up with a disk that hangs. */
  async function readHere(job: Job): Promise<void> {
    try {
      job.image = await bytesOf(job.request);
      refuseWhenClosed();
      queue.unshift(job);
      dispatch();
    } catch (error) {
      job.reject(error as Error);
    }
  }

  function bury(slot: Slot, reason: string): void {
    const orphans = [...slot.batches.values()].flatMap(({ jobs }) => jobs);
    // Who was being worked on is under suspicion; without a word of any, all are whose bytes had arrived.
    const suspects = slot.running?.jobs ?? orphans.filter(({ image }) => typeof image !== 'string');
    const culprit = suspects.length === 1 ? suspects[0] : undefined;
    const wasRunning = slot.running !== undefined;
    if (!slot.ready) slot.failedStarts += 1;
    clearTimeout(slot.watch);
    Object.assign(slot, { process: undefined, ready: false, running: undefined, watch: undefined });
    slot.batches.clear();
    if (closed) return;
    deaths += 1;
    log.warn({ reason, sample: culprit?.request.id, orphans: orphans.length }, 'extractor process died');
    for (const job of suspects) job.alone = true;
    if (culprit !== undefined) culprit.deaths += 1;
    const again = orphans.filter((job) => !refuseKiller(job));
    // Without a word of any it may have hung on a file: from now on it is read here.
    const unread = wasRunning ? [] : again.filter(({ image }) => typeof image === 'string');
    for (const job of unread) void readHere(job);
    queue.unshift(...again.filter((job) => !unread.includes(job)));
    const pause = slot.failedStarts === 0 ? 0 : Math.min(5_000, 100 * 2 ** slot.failedStarts);
    slot.restart = setTimeout(() => {
      start(slot);
    }, pause);
    if (isHopeless()) {
      giveUp(`Extractor processes cannot start: ${reason}`);
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
    room.refuse(new Error(message));
  }

  function rewatch(slot: Slot): void {
    clearTimeout(slot.watch);
    slot.watch = undefined;
    if (slot.batches.size > 0) {
      slot.watch = setTimeout(() => {
        log.error({ stallMs }, 'extractor process is hanging; killing it');
        slot.process?.kill();
      }, stallMs);
    }
  }

  /** In the next turn of the loop: what arrives together then goes together. */
  function dispatchSoon(): void {
    if (willDispatch) return;
    willDispatch = true;
    setImmediate(() => {
      willDispatch = false;
      dispatch();
    });
  }

  function dispatch(): void {
    for (let next = takeNext(); next !== null; next = takeNext()) {
      const { slot, jobs } = next;
      const [first] = jobs;
      if (first === undefined) return;
      const seq = ++lastSeq;
      slot.batches.set(seq, { seq, jobs });
      if (slot.batches.size === 1) rewatch(slot);
      const { version, kind, wanted } = first.request;
      slot.process?.send({ type: 'run', seq, version, kind, wanted, images: jobs.map(({ image }) => image) });
    }
  }

  const takeNext = () => (closed ? null : takeBatch(queue, slots, batchOf));

  const batchOf = (wish: Wish): number =>
    findNetwork(networks, wish.version, networkKindOf(wish))?.batch ?? 1;

  function refuseWhenClosed(): void {
    if (closed) throw new Error('Extractor pool is closed');
  }

  async function submit(request: SampleRequest): Promise<Made> {
    refuseWhenClosed();
    await room.enter();
    try {
      // A file's path is for the process that runs the network; one that gave up on it gets the bytes.
      const image: Image = request.file?.() ?? (await bytesOf(request));
      refuseWhenClosed();
      return await new Promise<Made>((resolve, reject) => {
        queue.push({ request, image, deaths: 0, alone: false, resolve, reject });
        dispatchSoon();
      });
    } finally {
      room.leave();
    }
  }

  for (const slot of slots) start(slot);

  return {
    run: async ({ attributes = false, ...request }) => {
      const { descriptor, ...rest } = await submit({
        ...request,
        wanted: attributes ? 'both' : 'descriptor',
      });
      if (descriptor === undefined) throw new Error(`Extractor ${request.version} returned no descriptor`);
      return { descriptor, ...rest };
    },
    tellAttributes: async (request) => {
      const { attributes } = await submit({ ...request, wanted: 'attributes' });
      if (attributes === undefined) throw new Error(`Extractor ${request.version} returned no attributes`);
      return attributes;
    },
    prepare: async ({ attributes = false, ...request }) => {
      const { input } = await submit({
        ...request,
        wanted: attributes ? 'attributesInput' : 'descriptorInput',
      });
      if (input === undefined) throw new Error(`Extractor ${request.version} has no input`);
      return input;
    },
    stats: () => ({
      processes,
      ready: slots.filter(({ ready }) => ready).length,
      ...room.stats(),
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
        for (const { jobs } of slot.batches.values()) queue.push(...jobs);
        slot.batches.clear();
      }
      giveUp('Extractor pool is closed');
      await Promise.all(slots.flatMap(({ process }) => process?.end(2_000) ?? []));
    },
  };
}
