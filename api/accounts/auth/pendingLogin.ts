import type { Request } from 'express';
import type { SessionData } from 'express-session';
import type { Clock } from '../../http/instants.ts';
import { settle, type Proof } from './sessionCookie.ts';
import type { SignedIn } from './authenticator.ts';

declare module 'express-session' {
  interface SessionData {
    /** The password was right, or the OpenID provider has vouched, and the second factor is still missing: nobody is signed in yet. */
    pendingLogin: PendingLogin;
  }
}

export interface PendingLogin {
  readonly accountId: string;
  readonly login: string;
  readonly fingerprint: string;
  readonly proof: FirstProof;
  /** Milliseconds since 1970. */
  readonly begun: number;
}

/** What has been proven so far. `oidc`: of a log-in at the OpenID provider. */
export type FirstProof = Proof & Partial<Pick<SessionData, 'oidc'>>;

const waitsForMs = 5 * 60_000;

export async function beginPendingLogin(
  req: Request,
  { account, fingerprint }: SignedIn,
  proof: FirstProof,
  clock: Clock,
): Promise<void> {
  await settle((done) => req.session.regenerate(done));
  const { accountId, login } = account;
  req.session.pendingLogin = {
    ...{ accountId, login, fingerprint, proof },
    begun: clock.now().getTime(),
  };
  await settle((done) => req.session.save(done));
}

/** null: there is none, or it has waited for too long. */
export function pendingLoginOf(req: Request, clock: Clock): PendingLogin | null {
  const { pendingLogin = null } = req.session;
  return pendingLogin !== null && clock.now().getTime() - pendingLogin.begun < waitsForMs
    ? pendingLogin
    : null;
}
