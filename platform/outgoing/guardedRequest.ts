import { lookup as lookUp } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, parseDestinations, type Destinations } from './destinations.ts';
import { inSpan } from '../tracing/span.ts';

export interface GuardedRequestOptions {
  /** Where requests may go, as `parseDestinations` reads it; what is not listed is refused. */
  readonly hosts: readonly string[];
  /** From the call to the end of the answer. */
  readonly deadlineMs: number;
  /** The rest of a longer answer is not read. */
  readonly maxAnswerBytes?: number;
  /** Connections to one host at the same time; more requests wait. */
  readonly maxConnections?: number;
  /** What the system's resolver says; a test says something else. */
  readonly resolveHost?: (host: string) => Promise<readonly ResolvedAddress[]>;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface GuardedMessage {
  readonly method: 'DELETE' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/**
 * `refused`: the address is none of those that are allowed; `unreachable`: nobody answered there; `timeout`: not until
 * the deadline.
 */
export type GuardedFailure = 'refused' | 'unreachable' | 'timeout';

export class GuardedRequestError extends Error {
  override readonly name = 'GuardedRequestError';
  readonly failure: GuardedFailure;

  constructor(failure: GuardedFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

export interface GuardedRequest {
  /**
   * Answers the status, whatever it is: a redirect is not followed.
   * @throws GuardedRequestError, or the signal's reason when it fires
   */
  send(message: GuardedMessage): Promise<number>;
  /** Ends idle connections, so that the process can end. */
  close(): void;
}

/**
 * Sends requests to addresses that come from users' data. The name is resolved inside the connection's own set-up, so
 * that the address that is checked is the address that is connected to: a name whose answer changes between check and
 * use gains nothing. Idle connections are used again, and each was checked when it was made.
 */
export function createGuardedRequest(options: GuardedRequestOptions): GuardedRequest {
  const { deadlineMs, maxAnswerBytes = 65_536, maxConnections = 16 } = options;
  const destinations = parseDestinations(options.hosts);
  const resolveHost = options.resolveHost ?? ((host: string) => lookUp(host, { all: true }));
  const agentOptions = { keepAlive: true, maxSockets: maxConnections };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  return {
    send: async (message) => {
      const url = checkAddress(destinations, message.url);
      const deadline = AbortSignal.timeout(deadlineMs);
      const signal = AbortSignal.any([deadline, ...(message.signal === undefined ? [] : [message.signal])]);
      try {
        const lookup = checkedLookup(destinations, url, resolveHost);
        return await traced(url, message, () =>
          exchange(url, message, { agents, lookup, maxAnswerBytes, signal }),
        );
      } catch (error) {
        message.signal?.throwIfAborted();
        if (error instanceof GuardedRequestError) throw error;
        throw deadline.aborted
          ? new GuardedRequestError('timeout', `${url.host} did not answer within ${deadlineMs} ms`)
          : new GuardedRequestError('unreachable', `${url.host} cannot be reached: ${textOf(error)}`, {
              cause: error,
            });
      }
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** Of the address only the host, since the rest may be a secret. The receiver is not given the trace: it is not ours. */
function traced(url: URL, { method }: GuardedMessage, send: () => Promise<number>): Promise<number> {
  const attributes = { 'http.request.method': method, 'server.address': url.hostname };
  return inSpan(method, { kind: 'client', attributes }, async (span) => {
    const status = await send();
    span.setAttribute('http.response.status_code', status);
    return status;
  });
}

type Protocol = 'http:' | 'https:';

/** What can be said of an address before its name is looked up. @throws GuardedRequestError */
export function checkAddress(
  destinations: Destinations,
  text: string,
): URL & { readonly protocol: Protocol } {
  if (!URL.canParse(text)) throw new GuardedRequestError('refused', 'must be a URL');
  const url = new URL(text);
  if (!isWeb(url)) {
    throw new GuardedRequestError(
      'refused',
      `the address begins with ${url.protocol}, not with http or https`,
    );
  }
  const refusal = destinations.refusalOf(url);
  if (refusal !== null) throw new GuardedRequestError('refused', refusal);
  return url;
}

function isWeb(url: URL): url is URL & { readonly protocol: Protocol } {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** Only names come here: an address is connected to without a look-up, and had to be listed itself. */
function checkedLookup(
  destinations: Destinations,
  url: URL,
  resolveHost: (host: string) => Promise<readonly ResolvedAddress[]>,
): LookupFunction {
  const check = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    const addresses = await resolveHost(hostname);
    const refused = addresses.find(
      ({ address }) => isIP(address) === 0 || !destinations.hasAddress(url, address),
    );
    if (refused !== undefined) {
      throw new GuardedRequestError(
        'refused',
        `the host ${hostOf(url)} resolves to ${refused.address}, which is neither public nor listed`,
      );
    }
    if (addresses.length === 0) throw new Error('it does not resolve to an address');
    return addresses;
  };
  return (hostname, { all }, answer) => {
    check(hostname).then(
      (addresses) => {
        if (all === true) answer(null, [...addresses]);
        else answer(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      (error: unknown) => answer(error as NodeJS.ErrnoException, ''),
    );
  };
}

async function exchange(
  url: URL & { readonly protocol: Protocol },
  { method, headers = {}, body }: GuardedMessage,
  {
    agents,
    lookup,
    maxAnswerBytes,
    signal,
  }: {
    readonly agents: Readonly<Record<Protocol, http.Agent>>;
    readonly lookup: LookupFunction;
    readonly maxAnswerBytes: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'http:' ? http : https;
    const sent = request(url, { method, headers, agent: agents[url.protocol], lookup, signal });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maxAnswerBytes) return;
        resolve(status);
        sent.destroy();
      });
      response.on('end', () => resolve(status));
    });
    sent.end(body);
  });
}

/** Several addresses that fail each make an error with no text of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
