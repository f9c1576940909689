import type { Request } from 'express';
import type { Clock } from '../../http/instants.ts';
import { settle } from './sessionCookie.ts';
import type { SignedIn } from './authenticator.ts';

declare module 'express-session' {
  interface SessionData {
    /** The password was right and the second factor is still missing: nobody is signed in yet. */
    pendingLogin: PendingLogin;
  }
}

export interface PendingLogin {
  readonly accountId: string;
  readonly login: string;
  readonly fingerprint: string;
  readonly hasDefaultPassword: boolean;
  /** Milliseconds since 1970. */
  readonly begun: number;
}

const waitsForMs = 5 * 60_000;

export async function beginPendingLogin(
  req: Request,
  { account, fingerprint }: SignedIn,
  hasDefaultPassword: boolean,
  clock: Clock,
): Promise<void> {
  await settle((done) => req.session.regenerate(done));
  const { accountId, login } = account;
  req.session.pendingLogin = {
    ...{ accountId, login, fingerprint, hasDefaultPassword },
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
