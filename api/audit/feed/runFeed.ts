import { setTimeout as wait } from 'node:timers/promises';
import type { FeedBatch, FeedStore, TakenFeed } from '../../../db/audit/feedStore.ts';
import type { Logger } from '../../../platform/logger.ts';
import { reasonOf } from '../../../platform/reasonOf.ts';
import type { FeedMessage, FeedReceiver } from './receiver.ts';

export interface FeedDeps {
  readonly feeds: FeedStore;
  readonly receiver: FeedReceiver;
  readonly log: Logger;
  readonly lookEveryMs?: number;
  /** After the first failure; after each further one twice as long. */
  readonly firstPauseSeconds?: number;
}

const longestPauseSeconds = 300;
const bytesAtMost = 1_048_576;

/**
 * Sends the audit from its cursor on, in the order of the chain, at least once: the cursor moves when the receiver has
 * what it was sent. Any number of APIs may run it, one of them sends. Nothing else waits for it.
 */
export async function runFeed(deps: FeedDeps, stopping: AbortSignal): Promise<void> {
  const { feeds, receiver, log, lookEveryMs = 2_000 } = deps;
  let healthy = true;
  while (!stopping.aborted) {
    let isMore = false;
    try {
      const taken = await feeds.take(receiver.name);
      if (taken !== null) isMore = await sendNext(deps, taken, stopping);
      healthy = true;
    } catch (error) {
      // Of the database; said once per outage.
      if (healthy) log.warn({ err: error, feed: receiver.name }, 'the audit feed cannot be read');
      healthy = false;
    }
    if (!isMore) await wait(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  await feeds.release().catch((error: unknown) => {
    log.warn({ err: error, feed: receiver.name }, 'another process will go on with the audit feed later');
  });
}

/** @returns whether there may be more to send at once */
async function sendNext(deps: FeedDeps, taken: TakenFeed, stopping: AbortSignal): Promise<boolean> {
  const { feeds, receiver, log, firstPauseSeconds = 5 } = deps;
  const batch = await feeds.next(taken);
  if (batch === null) return false;
  const { message, end } = messageOf(batch, taken);
  try {
    await receiver.send(message, stopping);
  } catch (error) {
    if (stopping.aborted) return false;
    const fault = reasonOf(error);
    const pause = Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** Math.min(taken.failures, 10));
    log.warn({ feed: receiver.name, fault, retryAfter: pause }, 'the audit feed was not received');
    await feeds.failed(receiver.name, fault, pause);
    return false;
  }
  sayWhatIsMissing(deps, batch, taken);
  return feeds.received(receiver.name, taken, end);
}

/** As many lines as one message may hold; heads come last, so that only a whole batch has them. */
function messageOf({ lines, end }: FeedBatch, { seal, headId }: TakenFeed) {
  let body = '';
  let sent = 0;
  for (const line of lines) {
    const text = `${JSON.stringify(line)}\n`;
    if (sent > 0 && body.length + text.length > bytesAtMost) break;
    body += text;
    sent += 1;
  }
  const entries = lines.slice(0, sent).filter((line) => !('kind' in line));
  const last = entries.at(-1)?.seal ?? seal;
  const message: FeedMessage = { id: `audit-${seal + 1}-${last}-${sent}`, body };
  return { message, end: sent === lines.length ? end : { seal: last, headId } };
}

/** What was removed as old before it was sent is in no receiver: the log says so once. */
function sayWhatIsMissing({ receiver, log }: FeedDeps, { lines }: FeedBatch, { seal }: TakenFeed): void {
  const first = lines.find((line) => !('kind' in line))?.seal ?? seal + 1;
  if (seal === 0 || first === seal + 1) return;
  log.error(
    { feed: receiver.name, after: seal, first },
    'entries of the audit were removed as old before the audit feed had sent them',
  );
}
