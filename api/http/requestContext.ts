import { isIP } from 'node:net';
import type { Request } from 'express';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { Account } from '../../domain/accounts/account.ts';
import type { Permissions } from '../../domain/accounts/permission.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Operation } from './contract/contract.ts';

export interface Identity {
  readonly account: Account;
  readonly permissions: Permissions;
  /** How the client showed who it is; a cookie is sent by browsers without being asked. */
  readonly via: 'basic' | 'session' | 'token';
  /** Of a request with an API token: what it is limited to. */
  readonly token?: {
    readonly tokenId: string;
    readonly name: string;
    readonly operations: ReadonlySet<string> | null;
  };
  /** Of the password: an answer that goes on for ever ends when the account has another one. */
  readonly fingerprint: string;
}

export interface Input {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface RequestContext {
  requestId: string;
  operation?: Operation;
  /** The pattern of the address, for figures: never an id. */
  route?: string;
  identity?: Identity;
  input?: Input;
  /** The error that was answered, for figures and the log. */
  errorCode?: number;
  /** Of a token that is right and was refused: whose it is. */
  refused?: { readonly login: string; readonly tokenId: string };
}

const contexts = new WeakMap<Request, RequestContext>();

export function startContext(req: Request, requestId: string): void {
  contexts.set(req, { requestId });
}

export function contextOf(req: Request): RequestContext {
  const context = contexts.get(req);
  if (context === undefined) throw new Error('the request has no context: requestId must run first');
  return context;
}

/** @throws DomainError credentialsNeeded when nobody is signed in. */
export function identityOf(req: Request): Identity {
  const { identity } = contextOf(req);
  if (identity === undefined) throw new DomainError('credentialsNeeded', 'log in first');
  return identity;
}

/**
 * Where the request comes from; a proxy's word counts as TRUST_PROXY says, if it is an address: whoever can make a proxy pass
 * on any text would else come from as many places as there are texts. Empty when the connection is gone already.
 */
export function addressOf(req: Request): string {
  return addressIn(req.ip) ?? addressIn(req.socket.remoteAddress) ?? '';
}

/** Without the zone of an IPv6 address, which is any text. */
function addressIn(text = ''): string | null {
  return isIP(text) === 0 ? null : text.replace(/%.*$/, '');
}

/** By which name or address the client has come; not what X-Forwarded-Host says, which a proxy may pass on from anybody. */
export function hostnameOf(req: Request): string {
  const address = `http://${req.get('Host') ?? ''}/`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[(.*)\]$/, '$1') : '';
}

/** As the client has found the service: unknown hosts have been refused (knownHost.ts). */
export function originOf(req: Request): string {
  return `${req.protocol}://${req.get('host') ?? 'localhost'}`;
}

/** Who asks, and what they may do. */
export interface Caller extends Actor {
  readonly permissions: Permissions;
}

export function actorOf(req: Request): Caller {
  const { requestId, identity } = contextOf(req);
  return {
    accountId: identity?.account.accountId ?? null,
    login: identity?.account.login ?? '',
    permissions: identity?.permissions ?? new Set(),
    requestId,
    remoteAddress: addressOf(req) || null,
    ...(identity?.token === undefined
      ? {}
      : { token: { tokenId: identity.token.tokenId, name: identity.token.name } }),
  };
}

/** What the client sent, as the document types it; the caller names the types of its operation. */
// The document has proven the types that the caller names.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function inputOf<T extends Partial<{ params: object; query: object; body: unknown }>>(
  req: Request,
): T {
  const { input } = contextOf(req);
  if (input === undefined) throw new Error('the request was not validated');
  return input as T;
}
