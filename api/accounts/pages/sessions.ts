import type { Request, RequestHandler, Response } from 'express';
import type { SessionRow } from '../../../db/accounts/sessionQueries.ts';
import type { Stores } from '../../../db/stores.ts';
import { formatCount } from '../../../views/assets/words.js';
import { sessionsPage, type SessionShape } from '../../../views/pages/sessions/sessions.ts';
import { paths } from '../../../views/paths.ts';
import { DomainError } from '../../../domain/errors.ts';
import { sessionKeyOf } from '../auth/sessionCookie.ts';
import { deviceOf } from '../deviceOf.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';

type SessionSources = Pick<Stores, 'sessionQueries' | 'accountQueries'>;

/** The sessions of an account: one's own, or one that an administrator looks after. */
export function sessionPages({ sessionQueries, accountQueries }: SessionSources) {
  const showOwn: RequestHandler = async (req, res) => {
    const { account } = identityOf(req);
    const sessions = await sessionQueries.ofAccount(account.accountId);
    const page = sessionsPage({ account: null, sessions: sessions.map((row) => present(req, row)) });
    sendPage(req, res, 'sessions/sessions', page);
  };

  const showOfAccount: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const [found, sessions] = await Promise.all([
      accountQueries.find(accountId),
      sessionQueries.ofAccount(accountId),
    ]);
    if (found === null) throw new DomainError('accountNotFound', `account ${accountId}`);
    const page = sessionsPage({
      account: { account_id: accountId, login: found.account.login },
      sessions: sessions.map((row) => present(req, row)),
    });
    sendPage(req, res, 'sessions/sessions', page);
  };

  const end = async (req: Request, res: Response, accountId: string, next: string): Promise<void> => {
    const { session = '' } = fieldsOf(req.body);
    const count = await sessionQueries.end(accountId, session, actorOf(req));
    flash(req, count === 0 ? 'The session had already ended.' : 'The session was ended.');
    leadTo(req, res, next);
  };

  const endAll = async (req: Request, res: Response, accountId: string, next: string): Promise<void> => {
    const isOwn = identityOf(req).account.accountId === accountId;
    const count = await sessionQueries.endAll(accountId, isOwn ? req.sessionID : null, actorOf(req));
    flash(req, count === 1 ? '1 session was ended.' : `${formatCount(count)} sessions were ended.`);
    leadTo(req, res, next);
  };

  const own = (req: Request): string => identityOf(req).account.accountId;
  const other = (req: Request): string => uuidOf(req, 'account_id');
  return {
    own: showOwn,
    ofAccount: showOfAccount,
    endOwn: ((req, res) => end(req, res, own(req), paths.ownSessions)) satisfies RequestHandler,
    endOtherOwn: ((req, res) => endAll(req, res, own(req), paths.ownSessions)) satisfies RequestHandler,
    endOne: ((req, res) =>
      end(req, res, other(req), paths.accountSessions(other(req)))) satisfies RequestHandler,
    endAll: ((req, res) =>
      endAll(req, res, other(req), paths.accountSessions(other(req)))) satisfies RequestHandler,
  };
}

function present(req: Request, row: SessionRow): SessionShape {
  return {
    session_key: row.sessionKey,
    device: deviceOf(row.userAgent),
    address: row.address,
    begun: row.begun.toISOString(),
    last_seen: row.lastSeen.toISOString(),
    how: row.how,
    second_factor: row.secondFactor,
    is_present: row.sessionKey === sessionKeyOf(req),
  };
}
