import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { closeServer } from './closeServer.ts';

export interface Received {
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a notification says. */
export interface Notification {
  readonly notification_id: string;
  readonly type: string;
  readonly task: { readonly task_id: number; readonly task_status: number; readonly objects_done: number };
}

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;

const webhookKey = Buffer.from('a key of the tests, long enough');
export const webhookSecret = `whsec_${webhookKey.toString('base64')}`;

/** Keeps what it is sent; answers 204 until it is told something else. */
export async function startWebhookReceiver() {
  const received: Received[] = [];
  const accept = (res: ServerResponse) => void res.writeHead(204).end();
  let answer: (res: ServerResponse, path: string) => void = accept;
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const { url: path = '', headers } = req;
      received.push({ path, id: String(headers['webhook-id']), headers, text: body });
      answer(res, path);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (how: typeof answer): void => {
      answer = how;
    },
    reset: (): void => {
      received.length = 0;
      answer = accept;
    },
    close: (): Promise<void> => closeServer(server),
  };
}

/** As docs/operations.md tells receivers to. @throws when the signature is not good, or old */
export function openSigned({ headers, text: body }: Received): string {
  const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > 300) throw new Error('too old');
  const expected = createHmac('sha256', webhookKey).update(`${id}.${timestamp}.${body}`).digest();
  const given = Buffer.from(String(headers['webhook-signature']).slice('v1,'.length), 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('not signed');
  return body;
}

/** @throws as `openSigned` */
export function openNotification(received: Received): Notification {
  return JSON.parse(openSigned(received)) as Notification;
}
