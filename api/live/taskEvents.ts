import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { identityOf, inputOf, type Identity } from '../requestContext.ts';
import type { LiveTask, TaskFeed } from './taskFeed.ts';
import type { WorkerWatch } from './workerWatch.ts';

const heartbeatMs = 15_000;
// Beyond this a listener is behind; it gets the newest state once it has read what it was sent.
const maxUnsentBytes = 65_536;

export interface TaskEventsDeps {
  readonly feed: TaskFeed;
  readonly workerWatch: WorkerWatch;
  /** Which of these sessions still exist: a log-out ends what the session's streams may see. */
  livingSessions(ids: readonly string[]): Promise<ReadonlySet<string>>;
  readonly authenticator: { isStillIn(identity: Identity): Promise<boolean> };
  readonly log: Logger;
  readonly heartbeatEveryMs?: number;
}

interface Stream {
  readonly res: Response;
  /** null: of all tasks. */
  readonly taskId: number | null;
  readonly identity: Identity;
  /** null: signed in by header. */
  readonly sessionId: string | null;
}

/**
 * Streams of `task` events, each with the JSON of `GET /tasks/{task_id}`, of `gone`, `schedule`, `workers` and `database`. A stream begins with the
 * present state of what is open; a client that comes back with `Last-Event-ID`, the time of the newest change that it
 * has heard of, is also told of what has ended since.
 */
export function createTaskEvents({
  feed,
  workerWatch,
  livingSessions,
  authenticator,
  log,
  heartbeatEveryMs = heartbeatMs,
}: TaskEventsDeps) {
  const open = new Set<Stream>();
  let heartbeat: NodeJS.Timeout | null = null;

  /** One timer for all streams, one question for all sessions, and one for each account. */
  const beat = async (): Promise<void> => {
    for (const { res } of open) {
      // Who has read nothing between two heartbeats is not there any more.
      if (res.writableLength > maxUnsentBytes) res.destroy();
      else res.write(': still here\n\n');
    }
    const streams = [...open];
    const sessions = [...new Set(streams.flatMap(({ sessionId }) => sessionId ?? []))];
    const living = sessions.length === 0 ? null : await livingSessions(sessions);
    for (const { res, identity, sessionId } of streams) {
      const isIn =
        sessionId === null ? await authenticator.isStillIn(identity) : living?.has(sessionId) === true;
      if (!isIn) res.end();
    }
  };

  const stream =
    (watched: (req: Request) => number | null): RequestHandler =>
    (req, res) => {
      // While the session was read the client may have left; its close would never be heard.
      if (res.destroyed) return;
      const taskId = watched(req);
      const sessionId = req.get('Authorization') === undefined ? req.sessionID : null;
      const here: Stream = { res, taskId, identity: identityOf(req), sessionId };
      openStream(res);
      if (req.method === 'HEAD') {
        res.end();
        return;
      }
      open.add(here);
      heartbeat ??= setInterval(() => {
        beat().catch((error: unknown) => log.warn({ err: error }, 'it was not checked who may still listen'));
      }, heartbeatEveryMs);
      const listening = feed.listen({
        taskId,
        since: sinceOf(req),
        isReady: () => res.writableLength <= maxUnsentBytes,
        tell: (task, json) => res.write(taskEvent(task, json)),
        tellReadable: (available) => res.write(`event: database\ndata: ${JSON.stringify({ available })}\n\n`),
        tellGone: (task_id) => res.write(`event: gone\ndata: ${JSON.stringify({ task_id })}\n\n`),
      });
      const leaveWatch = workerWatch.listen((missing) =>
        res.write(`event: workers\ndata: ${JSON.stringify({ missing })}\n\n`),
      );
      res.on('drain', () => listening.catchUp());
      res.once('close', () => {
        listening.stop();
        leaveWatch();
        open.delete(here);
        if (open.size > 0 || heartbeat === null) return;
        clearInterval(heartbeat);
        heartbeat = null;
      });
    };

  return {
    all: stream(() => null),
    one: stream((req) => inputOf<{ params: { task_id: number } }>(req).params.task_id),

    /** Told to whoever follows all tasks; null: any schedule may have changed. */
    scheduleChanged: (schedule_id: number | null): void => {
      for (const { res, taskId } of open)
        if (taskId === null) res.write(`event: schedule\ndata: ${JSON.stringify({ schedule_id })}\n\n`);
    },

    /** Ends every stream; browsers come back to whoever serves then. */
    close: (): void => {
      for (const { res } of open) res.end();
    },
  };
}

function openStream(res: Response): void {
  res.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // A proxy that collects answers would hold events back.
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  res.write('retry: 2000\n\n');
}

function sinceOf(req: Request): number | null {
  const id = req.get('Last-Event-ID') ?? '';
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

function taskEvent(task: LiveTask, json: string): string {
  return `id: ${Date.parse(task.last_update_time)}\nevent: task\ndata: ${json}\n\n`;
}
