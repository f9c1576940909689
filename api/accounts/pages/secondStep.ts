import type { Request, RequestHandler, Response } from 'express';
import { demandAdministrator } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Stores } from '../../../db/stores.ts';
import { codePage } from '../../../views/pages/login/code.ts';
import { loginPage } from '../../../views/pages/login/login.ts';
import { paths } from '../../../views/paths.ts';
import type { SignedIn } from '../auth/authenticator.ts';
import type { Guesses } from '../auth/guesses.ts';
import { pendingLoginOf, type FirstProof, type PendingLogin } from '../auth/pendingLogin.ts';
import { beginSession, type Proof } from '../auth/sessionCookie.ts';
import type { LoginDeps } from '../loginJson.ts';
import type { Codes } from '../secondFactor/codes.ts';
import { idOf, type PasskeyCeremonies } from '../secondFactor/passkeyCeremonies.ts';
import { addressOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, sendPage } from '../../html/pageAnswer.ts';
import { forgetReturnTo, returnToOf } from '../../html/returnTo.ts';
import { refusedLogin } from './login.ts';

export interface SecondStepDeps extends Pick<LoginDeps, 'authenticator' | 'sessionAudit' | 'clock'> {
  readonly guesses: Guesses;
  /** The name of the OpenID provider; null: there is none. */
  readonly singleSignOn: string | null;
  readonly codes: Codes;
  readonly passkeyCeremonies: PasskeyCeremonies;
  readonly passkeys: Stores['passkeys'];
}

/** The second step of a log-in, and the log-in by passkey, which needs no first one. */
export function secondStepPages(deps: SecondStepDeps) {
  const { authenticator, guesses, codes, passkeyCeremonies, passkeys, sessionAudit, clock } = deps;

  const show = async (
    req: Request,
    res: Response,
    pending: PendingLogin,
    fault: string | null,
    status = 200,
  ): Promise<void> => {
    const hasPasskey = (await passkeys.ofAccount(pending.accountId)).length > 0;
    const canUse = hasPasskey && passkeyCeremonies.isPossible(req);
    const options = canUse ? await passkeyCeremonies.authentication(req, pending.accountId) : null;
    sendPage(req, res, 'login/code', codePage({ login: pending.login, fault, options }), status);
  };

  const form: RequestHandler = async (req, res) => {
    const pending = pendingLoginOf(req, clock);
    if (pending === null) res.redirect(302, paths.login);
    else await show(req, res, pending, null);
  };

  const enter = async (
    req: Request,
    res: Response,
    signedIn: SignedIn,
    { oidc, ...proof }: FirstProof,
  ): Promise<void> => {
    demandAdministrator(signedIn.account);
    await guesses.remember(signedIn.account.accountId, addressOf(req));
    await sessionAudit.loggedIn(req, signedIn.account, proof);
    await beginSession(req, signedIn, proof, clock);
    if (oidc !== undefined) req.session.oidc = oidc;
    const next = returnToOf(req).address ?? paths.home;
    forgetReturnTo(req, res);
    leadTo(req, res, next);
  };

  /** @throws DomainError loginNotFound | tooManyRequests */
  const provenBy = async (req: Request, pending: PendingLogin): Promise<Proof['secondFactor']> => {
    const { code = '', credential = '' } = fieldsOf(req.body);
    const guessed = { kind: 'code', login: pending.login } as const;
    const proven = await guesses.make(guessed, addressOf(req), async () => {
      if (credential === '') return codes.check(pending.accountId, code);
      const owner = await passkeyCeremonies.authenticate(req, credential, pending.accountId);
      return owner === null ? null : ('passkey' as const);
    });
    if (proven === null) throw new DomainError('loginNotFound', 'wrong second factor');
    return proven;
  };

  const take: RequestHandler = async (req, res) => {
    const pending = pendingLoginOf(req, clock);
    // Its account was disabled meanwhile, or has another password.
    const signedIn = pending === null ? null : await authenticator.bySession(pending);
    if (pending === null || signedIn === null) {
      res.redirect(303, paths.login);
      return;
    }
    try {
      const secondFactor = await provenBy(req, pending);
      await enter(req, res, signedIn, { ...pending.proof, secondFactor });
    } catch (error) {
      await sessionAudit.refused(req, pending.login, error, byPasskeyOrCode(req));
      const { words, status, isWrong } = refusedLogin(req, res, error);
      await show(req, res, pending, isWrong ? 'This is not a valid code.' : words, status);
    }
  };

  /** Asked for by a script, when somebody wants to log in by passkey: only then a stranger gets a session. */
  const challenge: RequestHandler = async (req, res) => {
    await guesses.open(addressOf(req));
    res.type('json').send(await passkeyCeremonies.authentication(req, null));
  };

  const byPasskey: RequestHandler = async (req, res) => {
    const { credential = '' } = fieldsOf(req.body);
    const address = addressOf(req);
    try {
      const signedIn = await guesses.make({ kind: 'passkey', login: idOf(credential) }, address, async () => {
        const owner = await passkeyCeremonies.authenticate(req, credential, null);
        return owner === null ? null : authenticator.byOwnProof(owner);
      });
      if (signedIn === null) throw new DomainError('loginNotFound', 'wrong passkey');
      await guesses.close(address);
      await enter(req, res, signedIn, { how: 'passkey', secondFactor: null, hasDefaultPassword: false });
    } catch (error) {
      await sessionAudit.refused(req, 'passkey', error, 'passkey');
      const { words, status, isWrong } = refusedLogin(req, res, error);
      const fault = isWrong ? 'The passkey was not accepted.' : words;
      const { singleSignOn } = deps;
      sendPage(req, res, 'login/login', loginPage({ login: '', fault, lost: null, singleSignOn }), status);
    }
  };

  return { form, take, challenge, byPasskey };
}

function byPasskeyOrCode(req: Request): 'passkey' | 'code' {
  return (fieldsOf(req.body)['credential'] ?? '') === '' ? 'code' : 'passkey';
}
