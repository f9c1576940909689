import { createHmac } from 'node:crypto';

export interface WebhookMessage {
  readonly id: string;
  /** In seconds. */
  readonly timestamp: string;
  /** As it is sent, byte by byte. */
  readonly body: string;
}

/** The value of `webhook-signature`, as Standard Webhooks wants it. */
export function signWebhook(secret: string, { id, timestamp, body }: WebhookMessage): string {
  const mac = createHmac('sha256', webhookKey(secret)).update(`${id}.${timestamp}.${body}`);
  return `v1,${mac.digest('base64')}`;
}

/** `whsec_` says that the key is given in base64; anything else is the key itself. */
export function webhookKey(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
}
