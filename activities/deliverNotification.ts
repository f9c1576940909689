import type { DueNotification, Outbox } from '../db/tasks/outbox.ts';
import type { GuardedRequest } from '../platform/outgoing/guardedRequest.ts';
import type { Logger } from '../platform/logger.ts';
import { signWebhook } from '../platform/outgoing/signWebhook.ts';

export interface DeliveryDeps {
  readonly outbox: Pick<Outbox, 'delivered' | 'failed'>;
  readonly client: Pick<GuardedRequest, 'send'>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: Logger;
}

const firstRetrySeconds = 10;
const longestRetrySeconds = 3_600;
const daySeconds = 86_400;

/**
 * Sends a notification to its receiver once, and writes down what came of it: 2xx ends it, anything else is tried
 * again after 10 s, 20 s, 40 s, … an hour, until a day has passed.
 */
export function createDelivery(deps: DeliveryDeps): (due: DueNotification) => Promise<void> {
  const { outbox, log } = deps;
  return async (due) => {
    const { notificationId, url, attempt, ageSeconds } = due;
    const fault = await trySending(deps, due);
    if (fault === null) {
      await outbox.delivered(notificationId);
      return;
    }
    const delay = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (attempt - 1));
    const retryAfter = ageSeconds + delay > daySeconds ? null : delay;
    await outbox.failed(notificationId, fault, retryAfter);
    log.warn(
      { notificationId, host: hostOf(url), attempt, fault, retryAfter },
      'a webhook was not delivered',
    );
  };
}

async function trySending(
  { client, secrets }: DeliveryDeps,
  { notificationId, url, payload, secret: name, takenAt }: DueNotification,
): Promise<string | null> {
  const secret = secrets[name];
  if (secret === undefined) return `NOTIFICATION_SECRETS has no secret called '${name}'`;
  const body = JSON.stringify(payload);
  const timestamp = String(takenAt);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'luna-admin',
    'webhook-id': notificationId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signWebhook(secret, { id: notificationId, timestamp, body }),
  };
  try {
    const status = await client.send({ method: 'POST', url, headers, body });
    if (status >= 200 && status < 300) return null;
    return status >= 300 && status < 400
      ? `the receiver answered ${status}; redirects are not followed`
      : `the receiver answered ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Addresses may hold tokens; a log holds the host. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
