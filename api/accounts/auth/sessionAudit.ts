import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Account } from '../../../domain/accounts/account.ts';
import type { AuditAction } from '../../../domain/audit/actions.ts';
import { DomainError, type ErrorName } from '../../../domain/errors.ts';
import type { Actor, AuditStore } from '../../../db/audit/auditStore.ts';
import { actorOf } from '../../http/requestContext.ts';
import { RefusedPasswordError } from './authenticator.ts';
import type { Proof } from './sessionCookie.ts';
import { TooManyLoginsError } from './loginLimit.ts';
import { TokenElsewhereError } from './tokenAuthenticator.ts';

export interface SessionAuditDeps {
  readonly audit: Pick<AuditStore, 'record'>;
  readonly log: Logger;
  readonly linesPerMinute?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/** What was refused: a password in a form or in JSON, another proof, or what is asked for within a session. */
export type Attempt =
  Proof['how'] | 'basic' | 'token' | 'code' | 'present password' | 'code of a new authenticator app';

export type SessionAudit = ReturnType<typeof createSessionAudit>;

const minute = 60_000;
const loginAtMost = 128;
const refusals = new Set<ErrorName>([
  'apiTokenInvalid',
  'loginNotFound',
  'secondFactorNeeded',
  'singleSignOnRefused',
  'forbidden',
  'tooManyRequests',
]);

/**
 * Log-ins and log-outs, and the log-ins that were refused. Whoever guesses passwords must not fill the audit: so
 * many lines a minute are written by a process, and the next one after them says how many were not. Of a network that has to
 * wait there is one line for the whole of its wait, or its flood would leave none for others.
 */
export function createSessionAudit(deps: SessionAuditDeps) {
  const { audit, log, linesPerMinute = 60, now = () => performance.now() } = deps;
  let minuteBegan = -Infinity;
  let lines = 0;
  let unwritten = 0;
  /** Networks and logins of whose wait there is a line, and until when that is. */
  const waits = new Map<string, number>();

  const isToldAlready = (who: string): boolean => {
    for (const [other, until] of waits) if (until <= now()) waits.delete(other);
    return waits.has(who);
  };

  const record = (actor: Actor, action: AuditAction, after?: object): Promise<void> =>
    audit.record({
      ...{ actor, action, objectType: 'session', objectId: actor.login },
      ...(after === undefined ? {} : { after }),
    });

  return {
    /** Of a log-in by password alone nothing more is said. */
    loggedIn: (req: Request, { accountId, login }: Account, proof?: Proof): Promise<void> => {
      const { how = 'password', secondFactor = null } = proof ?? {};
      const isPlain = how === 'password' && secondFactor === null;
      const after = { how, ...(secondFactor !== null && { second_factor: secondFactor }) };
      return record({ ...actorOf(req), accountId, login }, 'session.login', isPlain ? undefined : after);
    },

    /** Of a session that goes on: its account has proven again whose it is. */
    confirmed: (req: Request, how: string): Promise<void> => record(actorOf(req), 'session.confirm', { how }),

    loggedOut: (req: Request): Promise<void> => record(actorOf(req), 'session.logout'),

    /** Of an error that is no refusal of credentials it writes nothing. Never rejects: the error is what counts. */
    refused: async (req: Request, givenLogin: string, error: unknown, how?: Attempt): Promise<void> => {
      if (!isRefusal(error)) return;
      if (now() - minuteBegan >= minute) {
        minuteBegan = now();
        lines = 0;
      }
      const wait = waitOf(error);
      if (lines >= linesPerMinute || (wait !== null && isToldAlready(wait.of))) {
        unwritten += 1;
        return;
      }
      lines += 1;
      if (wait !== null) waits.set(wait.of, now() + wait.forMs);
      const reason = error instanceof RefusedPasswordError ? error.reason : null;
      const after = {
        error_code: error.entry.code,
        ...(how !== undefined && { how }),
        ...(reason !== null && { reason }),
        ...(unwritten > 0 && { unwritten_before: unwritten }),
      };
      unwritten = 0;
      const token = error instanceof TokenElsewhereError ? { token: error.token } : {};
      const login = error instanceof TokenElsewhereError ? error.login : storable(givenLogin);
      const caller = actorOf(req);
      // Of another login nobody knows who it was.
      const accountId = caller.login === login ? caller.accountId : null;
      const actor = { ...caller, accountId, login, ...token };
      await record(actor, 'session.refuse', after).catch((failure: unknown) => {
        log.error({ err: failure }, 'a refused log-in could not be audited');
      });
    },
  };
}

/** A token that is right and used from elsewhere counts; whatever else its role does not permit is no log-in. */
function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && (refusals.has(error.error) || error instanceof TokenElsewhereError);
}

/** null: the refusal is of this log-in alone. Of no one: more passwords are waiting to be checked than can be. */
function waitOf(error: DomainError): { readonly of: string; readonly forMs: number } | null {
  if (error instanceof TooManyLoginsError)
    return { of: error.waiting, forMs: error.retryAfterSeconds * 1_000 };
  return error.error === 'tooManyRequests' ? { of: '', forMs: minute } : null;
}

/** PostgreSQL can store neither NUL nor half of a surrogate pair. */
function storable(login: string): string {
  return login
    .slice(0, loginAtMost)
    .replaceAll('\0', '')
    .replaceAll(/\p{Surrogate}/gu, '');
}
