import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Account } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { actorOf, type Actor } from '../requestContext.ts';

export interface SessionAuditDeps {
  readonly audit: {
    record(entry: {
      readonly actor: Actor;
      readonly action: string;
      readonly objectType: 'session';
      readonly objectId: string;
      readonly after?: object;
    }): Promise<void>;
  };
  readonly log: Logger;
  readonly linesPerMinute?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

export type SessionAudit = ReturnType<typeof createSessionAudit>;

const minute = 60_000;
const loginAtMost = 128;

/**
 * Log-ins and log-outs, and the log-ins that were refused. Whoever guesses passwords must not fill the audit: so
 * many lines a minute are written by a process, and the next one after them says how many were not.
 */
export function createSessionAudit(deps: SessionAuditDeps) {
  const { audit, log, linesPerMinute = 60, now = () => performance.now() } = deps;
  let minuteBegan = -Infinity;
  let lines = 0;
  let unwritten = 0;

  const record = (actor: Actor, action: string, after?: object): Promise<void> =>
    audit.record({
      ...{ actor, action, objectType: 'session', objectId: actor.login },
      ...(after === undefined ? {} : { after }),
    });

  return {
    loggedIn: (req: Request, { accountId, login }: Account): Promise<void> =>
      record({ ...actorOf(req), accountId, login }, 'session.login'),

    loggedOut: (req: Request): Promise<void> => record(actorOf(req), 'session.logout'),

    /** Of an error that is no refusal of credentials it writes nothing. Never rejects: the error is what counts. */
    refused: async (req: Request, givenLogin: string, error: unknown): Promise<void> => {
      if (!(error instanceof DomainError) || !['loginNotFound', 'forbidden'].includes(error.error)) return;
      if (now() - minuteBegan >= minute) {
        minuteBegan = now();
        lines = 0;
      }
      if (lines >= linesPerMinute) {
        unwritten += 1;
        return;
      }
      lines += 1;
      const after = { error_code: error.entry.code, ...(unwritten > 0 && { unwritten_before: unwritten }) };
      unwritten = 0;
      const actor = { ...actorOf(req), accountId: null, login: storable(givenLogin) };
      await record(actor, 'session.refuse', after).catch((failure: unknown) => {
        log.error({ err: failure }, 'a refused log-in could not be written into the audit');
      });
    },
  };
}

/** PostgreSQL can store neither NUL nor half of a surrogate pair. */
function storable(login: string): string {
  return login
    .slice(0, loginAtMost)
    .replaceAll('\0', '')
    .replaceAll(/\p{Surrogate}/gu, '');
}
