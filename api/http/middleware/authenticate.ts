import type { Request, RequestHandler } from 'express';
import { mayUseService, permissionsOfAccount } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import { parseBasic, type Authenticator, type SignedIn } from '../../accounts/auth/authenticator.ts';
import type { SessionAudit } from '../../accounts/auth/sessionAudit.ts';
import { addressOf, contextOf, type Identity } from '../requestContext.ts';

/**
 * Lets administrators in, by Authorization header or session cookie; a header, even a wrong one, beats the cookie.
 * Needs the session middleware before it.
 */
export function authenticate(
  authenticator: Authenticator,
  sessionAudit: Pick<SessionAudit, 'refused'>,
): RequestHandler {
  return async (req, _res, next) => {
    checkExcludeHeader(req);
    try {
      contextOf(req).identity = await identify(req, authenticator);
    } catch (error) {
      const header = req.get('Authorization');
      if (header !== undefined) await sessionAudit.refused(req, loginOf(header), error);
      throw error;
    }
    next();
  };
}

function loginOf(header: string): string {
  try {
    return parseBasic(header).login;
  } catch {
    return '';
  }
}

async function identify(req: Request, authenticator: Authenticator): Promise<Identity> {
  const identity = await findIdentity(req, authenticator);
  if (!mayUseService(identity.account)) {
    throw new DomainError('forbidden', `${identity.account.login} is not an administrator`);
  }
  return { ...identity, permissions: permissionsOfAccount(identity.account) };
}

async function findIdentity(
  req: Request,
  authenticator: Authenticator,
): Promise<Omit<Identity, 'permissions'>> {
  const header = req.get('Authorization');
  if (header !== undefined) {
    return { ...(await authenticator.byHeader(header, addressOf(req))), via: 'basic' };
  }
  const signedIn: SignedIn | null = await authenticator.bySession(req.session);
  if (signedIn === null) throw new DomainError('credentialsNeeded', 'log in first');
  return { ...signedIn, via: 'session' };
}

/** Pages of a browser ask with it that a refusal does not raise the browser's own dialogue. */
export function excludesChallenge(req: Request): boolean {
  return /^www-auth(?:orization|enticate)$/i.test(req.get('Exclude-Header') ?? '');
}

/** An event source or a picture cannot ask for it, and a session that has ended must not raise the browser's dialogue. */
export const noDialogue: RequestHandler = (req, _res, next) => {
  if (req.get('Authorization') === undefined) req.headers['exclude-header'] ??= 'WWW-Authorization';
  next();
};

export function checkExcludeHeader(req: Request): void {
  if (req.get('Exclude-Header') !== undefined && !excludesChallenge(req)) {
    throw new DomainError('badHeader', { path: 'Exclude-Header', message: 'must be WWW-Authorization' });
  }
}
