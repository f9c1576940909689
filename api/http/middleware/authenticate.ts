import type { Request, RequestHandler } from 'express';
import { demandAdministrator, permissionsOfAccount } from '../../../domain/accounts/account.ts';
import { isApiToken } from '../../../domain/accounts/apiToken.ts';
import { DomainError } from '../../../domain/errors.ts';
import { TokenElsewhereError, type TokenAuthenticator } from '../../accounts/auth/tokenAuthenticator.ts';
import { parseBasic, type Authenticator, type SignedIn } from '../../accounts/auth/authenticator.ts';
import type { SecondFactorRule } from '../../accounts/secondFactor/rule.ts';
import type { SessionAudit } from '../../accounts/auth/sessionAudit.ts';
import { addressOf, contextOf, identityOf, type Identity } from '../requestContext.ts';

/**
 * Lets administrators in, by Authorization header or session cookie; a header, even a wrong one, beats the cookie.
 * Needs the session middleware before it.
 */
export function authenticate(
  authenticator: Authenticator,
  tokens: Pick<TokenAuthenticator, 'identify'>,
  sessionAudit: Pick<SessionAudit, 'refused'>,
  rule: Pick<SecondFactorRule, 'refusePasswordAlone'>,
): RequestHandler {
  return async (req, _res, next) => {
    checkExcludeHeader(req);
    try {
      contextOf(req).identity = await identify(req, authenticator, tokens, rule);
    } catch (error) {
      const header = req.get('Authorization');
      if (error instanceof TokenElsewhereError)
        contextOf(req).refused = { login: error.login, tokenId: error.token.tokenId };
      if (header !== undefined)
        await sessionAudit.refused(req, loginOf(header), error, tokenSent(header) ? 'token' : 'basic');
      throw error;
    }
    next();
  };
}

function loginOf(header: string): string {
  try {
    return parseBasic(header).login;
  } catch {
    // Nobody knows whose it was meant to be.
    return /^Bearer /i.test(header) ? 'API token' : '';
  }
}

function tokenSent(header: string): boolean {
  try {
    return tokenOf(header) !== null;
  } catch {
    return /^Bearer /i.test(header);
  }
}

async function identify(
  req: Request,
  authenticator: Authenticator,
  tokens: Pick<TokenAuthenticator, 'identify'>,
  rule: Pick<SecondFactorRule, 'refusePasswordAlone'>,
): Promise<Identity> {
  const token = tokenOf(req.get('Authorization'));
  if (token !== null) return tokens.identify(token.text, token.login, addressOf(req));
  const identity = await findIdentity(req, authenticator);
  demandAdministrator(identity.account);
  if (identity.via === 'basic') rule.refusePasswordAlone(identity.account);
  return { ...identity, permissions: permissionsOfAccount(identity.account) };
}

/** Clients of the manual, who can only do Basic, send a token as the password. @throws DomainError badAuthorization */
function tokenOf(
  header: string | undefined,
): { readonly text: string; readonly login: string | null } | null {
  if (header === undefined) return null;
  const bearer = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (bearer !== undefined) {
    if (isApiToken(bearer)) return { text: bearer, login: null };
    throw new DomainError('badAuthorization', 'expected Authorization: Bearer with an API token');
  }
  const { login, password } = parseBasic(header);
  return isApiToken(password) ? { text: password, login } : null;
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

/** Of a session whose account has still to set up a second factor: only the pages that lead to it are open. */
export function refuseMissingFactor(rule: Pick<SecondFactorRule, 'refuseMissing'>): RequestHandler {
  return (req, _res, next) => {
    const { via, account } = identityOf(req);
    if (via === 'session' && req.session.secondFactor !== 'provider') rule.refuseMissing(account);
    next();
  };
}
