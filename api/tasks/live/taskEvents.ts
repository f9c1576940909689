import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { DomainError } from '../../../domain/errors.ts';
import { identityOf, inputOf, type Identity } from '../../http/requestContext.ts';
import { createEventWriter } from './eventWriter.ts';
import type { LiveTask, TaskFeed } from './taskFeed.ts';
import type { WorkerWatch } from './workerWatch.ts';

const heartbeatMs = 15_000;
// Beyond this a listener is behind; it gets the newest state once it has read what it was sent.
const maxUnsentBytes = 65_536;
// More than anybody has pages open: it keeps one account from taking all connections of a process.
const streamsOfOneAccount = 1_024;

export interface TaskEventsDeps {
  readonly feed: TaskFeed;
  readonly workerWatch: WorkerWatch;
  /** Which of these sessions still exist: a log-out ends what the session's streams may see. */
  livingSessions(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether whoever listens by header may still do so. */
  isStillIn(identity: Identity): Promise<boolean>;
  readonly log: Logger;
  readonly heartbeatEveryMs?: number;
  readonly streamsPerAccount?: number;
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
 * Streams of `task` events, each with the JSON of `GET /tasks/{task_id}`, of `gone`, `schedule`, `attention`, `workers` and `database`. A stream begins with the
 * present state of what is open; a client that comes back with `Last-Event-ID`, the time of the newest change that it
 * has heard of, is also told of what has ended since.
 */
export function createTaskEvents({
  feed,
  workerWatch,
  livingSessions,
  isStillIn: askIfIn,
  log,
  heartbeatEveryMs = heartbeatMs,
  streamsPerAccount = streamsOfOneAccount,
}: TaskEventsDeps) {
  const open = new Set<Stream>();
  const writer = createEventWriter();
  let heartbeat: NodeJS.Timeout | null = null;

  /** One timer for all streams, one question for all sessions, and one for each account. */
  const beat = async (): Promise<void> => {
    for (const { res } of open) {
      // Who has read nothing between two heartbeats is not there any more.
      if (res.writableLength > maxUnsentBytes) res.destroy();
      else writer.write(res, ': still here\n\n');
    }
    const streams = [...open];
    const sessions = [...new Set(streams.flatMap(({ sessionId }) => sessionId ?? []))];
    const living = sessions.length === 0 ? null : await livingSessions(sessions);
    const accounts = new Map<string, boolean>();
    for (const { res, identity, sessionId } of streams) {
      const isIn = sessionId === null ? await isStillIn(identity, accounts) : living?.has(sessionId) === true;
      if (!isIn) res.end();
    }
  };

  const isStillIn = async (identity: Identity, known: Map<string, boolean>): Promise<boolean> => {
    const who = `${identity.account.accountId} ${identity.fingerprint}`;
    const isIn = known.get(who) ?? (await askIfIn(identity));
    known.set(who, isIn);
    return isIn;
  };

  /** @throws DomainError tooManyRequests */
  const refuseTooMany = ({ account: { accountId, login } }: Identity): void => {
    let count = 0;
    for (const { identity } of open) if (identity.account.accountId === accountId) count++;
    if (count >= streamsPerAccount)
      throw new DomainError('tooManyRequests', `${login} already has ${count} open event streams`);
  };

  // Told to one listener after the other, its words are put together once.
  let lastTask: { readonly json: string; readonly event: string } = { json: '', event: '' };
  const eventOf = (task: LiveTask, json: string): string => {
    if (lastTask.json !== json) lastTask = { json, event: taskEvent(task, json) };
    return lastTask.event;
  };

  const stream =
    (watched: (req: Request) => number | null): RequestHandler =>
    (req, res) => {
      // While the session was read the client may have left; its close would never be heard.
      if (res.destroyed) return;
      const taskId = watched(req);
      const sessionId = req.get('Authorization') === undefined ? req.sessionID : null;
      const here: Stream = { res, taskId, identity: identityOf(req), sessionId };
      refuseTooMany(here.identity);
      openStream(res);
      if (req.method === 'HEAD') {
        res.end();
        return;
      }
      open.add(here);
      heartbeat ??= setInterval(() => {
        beat().catch((error: unknown) => log.warn({ err: error }, 'listeners could not be re-authorised'));
      }, heartbeatEveryMs);
      const listening = feed.listen({
        taskId,
        since: sinceOf(req),
        isReady: () => res.writableLength <= maxUnsentBytes,
        tell: (task, json) => writer.write(res, eventOf(task, json)),
        tellReadable: (available) => writer.write(res, eventText('database', { available })),
        tellGone: (task_id) => writer.write(res, eventText('gone', { task_id })),
      });
      const leaveWatch = workerWatch.listen((missing) => {
        writer.write(res, eventText('workers', { missing }));
      });
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

  const tellThoseOfAll = (name: string, data: object): void => {
    const event = eventText(name, data);
    for (const { res, taskId } of open) if (taskId === null) writer.write(res, event);
  };

  return {
    all: stream(() => null),
    one: stream((req) => inputOf<{ params: { task_id: number } }>(req).params.task_id),

    /** Told to whoever follows all tasks; null: any schedule may have changed. */
    scheduleChanged: (schedule_id: number | null): void => tellThoseOfAll('schedule', { schedule_id }),

    /** The same; null: any task may have been acknowledged. */
    attentionChanged: (task_id: number | null): void => tellThoseOfAll('attention', { task_id }),

    /** Ends every stream; browsers come back to whoever serves then. */
    close: (): void => {
      writer.flush();
      for (const { res } of open) res.end();
    },
  };
}

function openStream(res: Response): void {
  res.status(200).set({
    'Content-Type': 'text/event-stream',
    // A proxy that collects answers would hold events back.
    'X-Accel-Buffering': 'no',
  });
  // With the head in one piece.
  if (res.req.method !== 'HEAD') res.write('retry: 2000\n\n');
}

function sinceOf(req: Request): number | null {
  const id = req.get('Last-Event-ID') ?? '';
  return /^\d{1,15}$/.test(id) ? Number(id) : null;
}

function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function taskEvent(task: LiveTask, json: string): string {
  return `id: ${Date.parse(task.last_update_time)}\nevent: task\ndata: ${json}\n\n`;
}
