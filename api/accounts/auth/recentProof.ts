import type { Request } from 'express';
import { recentProofMs } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Clock } from '../../http/instants.ts';
import { identityOf } from '../../http/requestContext.ts';

declare module 'express-session' {
  interface SessionData {
    /** When whoever uses the session has last proven to own its account; milliseconds since 1970. */
    proven: number;
    /** The same at the OpenID provider, of an account that asks for a second factor here as well. */
    provenThere: number;
  }
}

/** Whether this moment is recent enough for what opens the account. */
export function isRecent(moment: number | undefined, clock: Clock): boolean {
  return moment !== undefined && clock.now().getTime() - moment < recentProofMs;
}

/** Who asks by password proves it with each request; an API token may do none of this. */
export function hasRecentProof(req: Request, clock: Clock): boolean {
  return identityOf(req).via !== 'session' || isRecent(req.session.proven, clock);
}

/** @throws DomainError proofNeeded */
export function demandRecentProof(req: Request, clock: Clock): void {
  if (!hasRecentProof(req, clock))
    throw new DomainError(
      'proofNeeded',
      'the session has not proven for more than ten minutes who uses it; confirm it on a page, or use Basic authorization',
    );
}
