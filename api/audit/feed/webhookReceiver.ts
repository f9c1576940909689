import { reasonOf } from '../../../platform/reasonOf.ts';
import { signWebhook } from '../../../platform/outgoing/signWebhook.ts';
import type { FeedReceiver } from './receiver.ts';

export interface WebhookReceiverOptions {
  /** Whoever sets it may let it be any host: it comes from no user. */
  readonly url: string;
  readonly secret: string;
  readonly timeoutMs?: number;
}

/** Posts entries as NDJSON, signed as every webhook is. */
export function createWebhookReceiver(options: WebhookReceiverOptions): FeedReceiver {
  const { url, secret, timeoutMs = 10_000 } = options;
  const { host } = new URL(url);

  const post = async (headers: Record<string, string>, body: string, stopping: AbortSignal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const signal = AbortSignal.any([stopping, limit]);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      if (limit.aborted)
        throw new Error(`${host} did not answer within ${timeoutMs / 1_000} s`, { cause: error });
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new Error(`${host} cannot be reached: ${reasonOf(cause)}`, { cause: error });
    }
  };

  return {
    name: 'webhook',
    send: async ({ id, body }, stopping) => {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const headers = {
        'content-type': 'application/x-ndjson',
        'user-agent': 'luna-admin',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signWebhook(secret, { id, timestamp, body }),
      };
      const status = await post(headers, body, stopping);
      if (status >= 300 && status < 400)
        throw new Error(`${host} answered ${status}; redirects are not followed`);
      if (status < 200 || status > 299) throw new Error(`${host} answered ${status}`);
    },
  };
}
