import pg from 'pg';
import { clientOf } from '../sql/client.ts';
import { bareConnection, createLine } from '../sql/line.ts';
import { taskChannel } from './taskChanges.ts';

export interface TaskAnnouncerOptions {
  readonly url: string;
  readonly log: { warn(fields: object, message: string): void };
  readonly everyMs?: number;
}

export type TaskAnnouncer = ReturnType<typeof createTaskAnnouncer>;

// A notification holds at most 8,000 bytes.
const idsAtOnce = 400;

/**
 * Announces that parts of tasks got on, at most once a second and through a connection of its own: a transaction that
 * announces takes a lock of the whole server when it commits, for which batches would wait. What cannot be announced
 * is dropped; the next progress is announced anew, and changes of state come by the triggers of tasks.
 */
export function createTaskAnnouncer({ url, log, everyMs = 1_000 }: TaskAnnouncerOptions) {
  const line = createLine();
  const pool = new pg.Pool({
    ...bareConnection(url, 'luna-admin announcements'),
    ...{ max: 1, Client: clientOf(url, line) },
  });
  pool.on('error', (error) => log.warn({ err: error }, 'the connection for announcements was lost'));
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | null = null;
  let last = -Infinity;
  let sending: Promise<void> = Promise.resolve();

  const send = async (): Promise<void> => {
    const ids = [...waiting];
    waiting.clear();
    try {
      for (let from = 0; from < ids.length; from += idsAtOnce) {
        await pool.query('select pg_notify($1, $2)', [
          taskChannel,
          ids.slice(from, from + idsAtOnce).join(','),
        ]);
      }
    } catch (error) {
      line.hear(error);
      log.warn({ err: error }, 'the progress of tasks could not be announced');
    }
  };

  return {
    announce: (taskId: number): void => {
      waiting.add(taskId);
      timer ??= setTimeout(
        () => {
          timer = null;
          last = performance.now();
          sending = sending.then(send);
        },
        Math.max(0, last + everyMs - performance.now()),
      );
    },

    close: async (): Promise<void> => {
      if (timer !== null) clearTimeout(timer);
      await sending;
      await pool.end();
    },
  };
}
