import type { Request, RequestHandler, Response } from 'express';
import { DomainError, errorTable } from '../../../domain/errors.ts';
import type { Stores } from '../../../db/stores.ts';
import { confirmPage } from '../../../views/pages/login/confirm.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Guesses } from '../auth/guesses.ts';
import { hasRecentProof, isRecent } from '../auth/recentProof.ts';
import type { SessionAudit } from '../auth/sessionAudit.ts';
import type { Codes } from '../secondFactor/codes.ts';
import type { PasskeyCeremonies } from '../secondFactor/passkeyCeremonies.ts';
import type { Clock } from '../../http/instants.ts';
import { addressOf, contextOf, identityOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, sendPage } from '../../html/pageAnswer.ts';
import { refusedLogin } from './login.ts';

export interface ConfirmDeps {
  readonly authenticator: Pick<Authenticator, 'byPassword' | 'mayUsePassword'>;
  readonly guesses: Guesses;
  readonly codes: Pick<Codes, 'check'>;
  readonly passkeyCeremonies: Pick<PasskeyCeremonies, 'isPossible' | 'authentication' | 'authenticate'>;
  readonly passkeys: Pick<Stores['passkeys'], 'ofAccount'>;
  readonly accountIdentities: Pick<Stores['accountIdentities'], 'ofAccount'>;
  readonly sessionAudit: Pick<SessionAudit, 'confirmed' | 'refused'>;
  readonly clock: Clock;
  /** The name of the OpenID provider; null: there is none. */
  readonly singleSignOn: string | null;
}

/** A form that waits until its sender has confirmed who they are. */
export interface WantedForm {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

export type ConfirmPages = ReturnType<typeof confirmPages>;

const answers = ['confirm_password', 'confirm_code', 'confirm_credential'] as const;
const isOfPage = (name: string): boolean => name.startsWith('confirm_') && name !== 'confirm_look';

/** The fields that belong to the wanted form itself, and not to the page that asks for the confirmation. */
export function wantedFields(req: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldsOf(req.body)).filter(([name]) => !isOfPage(name)));
}

/**
 * Before what opens an account is changed, its owner proves again what a log-in asks for: the password and, where there
 * is one, the second factor; or a passkey; or the log-in at the OpenID provider. The page that asks carries the form
 * that was sent, and its answer goes on with it.
 */
export function confirmPages(deps: ConfirmDeps) {
  const { authenticator, guesses, codes, passkeyCeremonies, passkeys, sessionAudit, clock } = deps;

  const show = async (
    req: Request,
    res: Response,
    wanted: WantedForm,
    fault: string | null,
    status: number,
  ): Promise<void> => {
    const { account } = identityOf(req);
    const { accountId, login, hasSecondFactor } = account;
    const hasPasskey = (await passkeys.ofAccount(accountId)).length > 0;
    const isThere = isRecent(req.session.provenThere, clock);
    const isDone = hasRecentProof(req, clock);
    const identities = deps.singleSignOn === null ? [] : await deps.accountIdentities.ofAccount(accountId);
    // Nobody knows the password of an account that the provider has made.
    const hasPassword = authenticator.mayUsePassword(login) && !identities.some(({ managed }) => managed);
    const page = confirmPage({
      ...{ login, fault, action: wanted.path, wanted: wanted.fields },
      asksPassword: !isDone && !isThere && hasPassword,
      asksCode: !isDone && hasSecondFactor && (isThere || hasPassword),
      options:
        !isDone && hasPasskey && passkeyCeremonies.isPossible(req)
          ? await passkeyCeremonies.authentication(req, accountId)
          : null,
      singleSignOn: isDone || isThere || identities.length === 0 ? null : deps.singleSignOn,
    });
    sendPage(req, res, 'login/confirm', page, status);
  };

  /** @throws DomainError loginNotFound | tooManyRequests */
  const prove = async (req: Request): Promise<string> => {
    const { account } = identityOf(req);
    const { accountId, login, hasSecondFactor } = account;
    const { confirm_password: password = '', confirm_code: code = '', ...given } = fieldsOf(req.body);
    const address = addressOf(req);
    const { confirm_credential: credential } = given;
    if (credential !== undefined) {
      const guessed = { kind: 'code', login } as const;
      const owner = await guesses.make(guessed, address, () =>
        passkeyCeremonies.authenticate(req, credential, accountId),
      );
      if (owner === null) throw new DomainError('loginNotFound', 'wrong passkey');
      return 'passkey';
    }
    const isThere = isRecent(req.session.provenThere, clock);
    if (!isThere) {
      const { fingerprint } = await authenticator.byPassword(login, password, address);
      req.session.fingerprint = fingerprint;
    }
    if (hasSecondFactor) {
      const factor = await guesses.make({ kind: 'code', login }, address, () => codes.check(accountId, code));
      if (factor === null) throw new DomainError('loginNotFound', 'wrong second factor');
      return `${isThere ? 'single sign-on' : 'password'} and ${factor}`;
    }
    if (isThere) throw new DomainError('loginNotFound', 'nothing was proven');
    return 'password';
  };

  const wantedOf = (req: Request): WantedForm => ({
    path: req.originalUrl,
    // A page that is only looked at has no fields, and is asked for again.
    fields: req.method === 'GET' ? { confirm_look: 'yes' } : wantedFields(req),
  });

  /** False: the answer is the page that asks. */
  const isConfirmed = async (req: Request, res: Response): Promise<boolean> => {
    const fields = fieldsOf(req.body);
    const isAnswer = answers.some((name) => fields[name] !== undefined);
    if (!hasRecentProof(req, clock)) {
      if (!isAnswer) {
        contextOf(req).errorCode = errorTable.proofNeeded.code;
        await show(req, res, wantedOf(req), null, errorTable.proofNeeded.status);
        return false;
      }
      try {
        const how = await prove(req);
        req.session.proven = clock.now().getTime();
        await sessionAudit.confirmed(req, how);
      } catch (error) {
        await sessionAudit.refused(req, identityOf(req).account.login, error);
        const { words, status, isWrong } = refusedLogin(req, res, error);
        await show(req, res, wantedOf(req), isWrong ? 'This is not correct. Try again.' : words, status);
        return false;
      }
    }
    if (fields['confirm_look'] === undefined) return true;
    leadTo(req, res, req.originalUrl);
    return false;
  };

  return {
    show,

    /** The same handler for whoever has confirmed. Its form has been read. */
    recently:
      (handler: RequestHandler): RequestHandler =>
      async (req, res, next) => {
        if (await isConfirmed(req, res)) await handler(req, res, next);
      },
  };
}
