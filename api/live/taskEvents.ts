import type { Request, RequestHandler, Response } from 'express';
import { taskIdOf } from '../pages/taskId.ts';
import type { TaskFeed } from './taskFeed.ts';

const heartbeatMs = 15_000;
// Beyond this a listener is behind; it gets the newest state once it has read what it was sent.
const maxUnsentBytes = 65_536;

export interface TaskEventsDeps {
  readonly feed: TaskFeed;
  /** Whether a log-out or the end of the session has ended what this request may see. */
  isStillAllowed(req: Request): Promise<boolean>;
  readonly heartbeatEveryMs?: number;
}

/**
 * Streams of `task` events, each with the JSON of `GET /tasks/{task_id}`, and of `gone`. A stream begins with the
 * present state, so a client that comes back with `Last-Event-ID` has missed nothing that still matters.
 */
export function createTaskEvents({ feed, isStillAllowed, heartbeatEveryMs = heartbeatMs }: TaskEventsDeps) {
  const open = new Set<Response>();

  const stream =
    (watched: (req: Request) => number | null): RequestHandler =>
    (req, res) => {
      const taskId = watched(req);
      openStream(res);
      if (req.method === 'HEAD') {
        res.end();
        return;
      }
      open.add(res);
      const stop = feed.listen({
        taskId,
        isReady: () => res.writableLength <= maxUnsentBytes,
        tell: (task) => write(res, 'task', task),
        tellGone: (task_id) => write(res, 'gone', { task_id }),
      });
      const beat = setInterval(() => {
        res.write(': still here\n\n');
        void isStillAllowed(req).then((allowed) => {
          if (!allowed) res.end();
        });
      }, heartbeatEveryMs);
      res.once('close', () => {
        clearInterval(beat);
        stop();
        open.delete(res);
      });
    };

  return {
    all: stream(() => null),
    one: stream(taskIdOf),

    /** Ends every stream; browsers come back to whoever serves then. */
    close: (): void => {
      for (const res of open) res.end();
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

function write(res: Response, event: string, data: object): void {
  res.write(`id: ${Date.now()}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
