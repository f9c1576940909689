import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { BusyError } from './trouble.ts';

export interface TransportOptions {
  readonly isSecure: boolean;
  /** PEM of the authority that has signed the server's certificate; undefined: those that the system trusts. */
  readonly authority?: string | undefined;
  readonly connections: number;
  /** Of a request with its answer. */
  readonly timeoutMs: number;
}

export type Transport = ReturnType<typeof createTransport>;

/**
 * Requests as minio sends them, over a pool of connections and with an end: it knows neither a limit of time nor what to
 * do with the body of a 503. Unread, that would keep a connection of the pool for good.
 */
export function createTransport({ isSecure, authority, connections, timeoutMs }: TransportOptions) {
  const pool = { keepAlive: true, maxSockets: connections, timeout: timeoutMs };
  const agent = isSecure
    ? new HttpsAgent({ ...pool, ...(authority === undefined ? {} : { ca: authority }) })
    : new HttpAgent(pool);
  const send = isSecure ? requestHttps : requestHttp;
  let lastAnswered: string | undefined;

  return {
    agent,
    /** When the last answer was given, by the server's clock. */
    lastAnswered: (): string | undefined => lastAnswered,
    request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest => {
      const sent = send({ ...options, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
        const status = answer.statusCode ?? 0;
        lastAnswered = answer.headers.date;
        if (!isBusy(status)) {
          onAnswer(answer);
          return;
        }
        text(answer).then(
          (body) => sent.emit('error', new BusyError(status, /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? null)),
          (error: unknown) => sent.emit('error', error),
        );
      });
      return sent;
    },
  };
}

/** Of an answer that another try may change. */
function isBusy(status: number): boolean {
  return status >= 500 || status === 408 || status === 429 || status === 499;
}
