import { setTimeout as delay } from 'node:timers/promises';
import { clientOf } from '../sql/client.ts';
import { bareConnection, createLine } from '../sql/line.ts';

/** Ids of tasks that changed; null: any may have, because announcements may have been missed. */
export type ChangedTasks = readonly number[] | null;

/** The id of a schedule that changed, or of a task that an admin has acknowledged; null: any may have. */
export type ChangedRow = number | null;

export interface TaskChangesOptions {
  /** Of the server itself: a pooler in transaction mode hears nothing. */
  readonly url: string;
  readonly log: { warn(fields: object, message: string): void };
}

export type TaskChanges = ReturnType<typeof listenToTaskChanges>;

// The triggers of tasks (migration 0005) and db/tasks/taskAnnouncer.ts announce there.
export const taskChannel = 'luna_tasks';
// The triggers of schedules (migration 0021) announce there.
const scheduleChannel = 'luna_schedules';
// The trigger of acknowledgements (migration 0043) announces there.
const acknowledgementChannel = 'luna_acknowledgements';

const firstWaitMs = 100;
const longestWaitMs = 5_000;
// A connection whose other end is gone without a word is found out by asking.
const askEveryMs = 10_000;

/**
 * One connection that hears which tasks, schedules and acknowledgements change, however many want to know. When it breaks it is opened again, with
 * growing pauses, and everybody is told to read anew, at once and then: what was announced meanwhile is lost.
 */
export function listenToTaskChanges({ url, log }: TaskChangesOptions) {
  const Client = clientOf(url, createLine());
  const subscribers = new Set<(changed: ChangedTasks) => void>();
  const rowSubscribers = new Map<string, Set<(changed: ChangedRow) => void>>([
    [scheduleChannel, new Set()],
    [acknowledgementChannel, new Set()],
  ]);
  const closing = new AbortController();

  const tell = (changed: ChangedTasks): void => {
    for (const subscriber of subscribers) subscriber(changed);
  };
  const tellRow = (channel: string, changed: ChangedRow): void => {
    for (const subscriber of rowSubscribers.get(channel) ?? []) subscriber(changed);
  };
  const tellToReadAnew = (): void => {
    tell(null);
    for (const channel of rowSubscribers.keys()) tellRow(channel, null);
  };

  /** Hears until the connection breaks; @throws what broke it */
  const hear = async (onListening: () => void): Promise<void> => {
    const client = new Client(bareConnection(url, 'luna-admin live'));
    const broken = new AbortController();
    client.on('error', (error) => broken.abort(error));
    client.on('end', () => broken.abort(new Error('the connection was ended')));
    client.on('notification', ({ channel, payload }) => {
      if (channel === taskChannel) tell(idsOf(payload));
      else tellRow(channel, idsOf(payload)?.[0] ?? null);
    });
    const leave = AbortSignal.any([broken.signal, closing.signal]);
    try {
      await client.connect();
      await client.query(`listen ${[taskChannel, ...rowSubscribers.keys()].join('; listen ')}`);
      onListening();
      tellToReadAnew();
      while (await passes(askEveryMs, leave)) await client.query('select 1');
      if (!closing.signal.aborted) throw broken.signal.reason;
    } finally {
      // Not waited for: saying goodbye over a dead line never ends.
      client.end().catch(() => undefined);
    }
  };

  const keepHearing = async (): Promise<void> => {
    let waitMs = firstWaitMs;
    while (!closing.signal.aborted) {
      try {
        await hear(() => {
          waitMs = firstWaitMs;
        });
      } catch (error) {
        log.warn({ err: error, waitMs }, 'changes of tasks are not heard; trying again');
        // Whoever then reads anew finds out at once whether the database is there at all.
        tellToReadAnew();
        await delay(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
        waitMs = Math.min(longestWaitMs, 2 * waitMs);
      }
    }
  };
  const hearing = keepHearing();

  return {
    subscribe: (subscriber: (changed: ChangedTasks) => void): void => {
      subscribers.add(subscriber);
    },

    subscribeToSchedules: (subscriber: (changed: ChangedRow) => void): void => {
      rowSubscribers.get(scheduleChannel)?.add(subscriber);
    },

    subscribeToAcknowledgements: (subscriber: (changed: ChangedRow) => void): void => {
      rowSubscribers.get(acknowledgementChannel)?.add(subscriber);
    },

    close: async (): Promise<void> => {
      closing.abort();
      await hearing;
    },
  };
}

/** Whether the time passed without the signal. */
async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false);
}

function idsOf(payload: string | undefined): ChangedTasks {
  if (payload === undefined || !/^\d+(,\d+)*$/.test(payload)) return null;
  return payload.split(',').map(Number);
}
