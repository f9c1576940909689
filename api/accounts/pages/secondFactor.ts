import type { Request, RequestHandler, Response } from 'express';
import type { Stores } from '../../../db/stores.ts';
import { DomainError } from '../../../domain/errors.ts';
import { recoveryCodesPage } from '../../../views/pages/secondFactor/recoveryCodes.ts';
import { secondFactorPage } from '../../../views/pages/secondFactor/secondFactor.ts';
import { appPage } from '../../../views/pages/secondFactor/app.ts';
import { paths } from '../../../views/paths.ts';
import type { Guesses } from '../auth/guesses.ts';
import type { Codes } from '../secondFactor/codes.ts';
import type { PasskeyCeremonies } from '../secondFactor/passkeyCeremonies.ts';
import type { SecondFactorRule } from '../secondFactor/rule.ts';
import type { Proof } from '../auth/sessionCookie.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { SessionAudit } from '../auth/sessionAudit.ts';
import { actorOf, addressOf, identityOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash, hasNoSession, sendPage } from '../../html/pageAnswer.ts';

export interface SecondFactorDeps {
  readonly codes: Codes;
  readonly passkeyCeremonies: PasskeyCeremonies;
  readonly passkeys: Stores['passkeys'];
  readonly secondFactors: Stores['secondFactors'];
  readonly secondFactorRule: SecondFactorRule;
  readonly guesses: Guesses;
  readonly authenticator: Authenticator;
  readonly sessionAudit: SessionAudit;
}

const longestName = 64;

/** What beside the password the own account asks for: an authenticator app, passkeys, recovery codes. */
export function secondFactorPages(deps: SecondFactorDeps) {
  const { codes, passkeyCeremonies, passkeys, secondFactors, secondFactorRule, guesses } = deps;
  const { authenticator, sessionAudit } = deps;

  const show: RequestHandler = async (req, res) => {
    const { account } = identityOf(req);
    const [known, factors] = await Promise.all([
      passkeys.ofAccount(account.accountId),
      secondFactors.factors(account.accountId),
    ]);
    const isPossible = passkeyCeremonies.isPossible(req) && !hasNoSession(req);
    const page = secondFactorPage({
      isMissing: secondFactorRule.isMissing(account),
      hasCodes: factors.hasCodes,
      recoveryCodes: factors.recoveryCodes,
      passkeys: known.map((row) => ({
        passkey_id: row.passkeyId,
        name: row.name,
        create_time: row.createTime.toISOString(),
        last_use_time: row.lastUseTime?.toISOString() ?? null,
      })),
      options: isPossible ? await passkeyCeremonies.registration(req, account) : null,
    });
    sendPage(req, res, 'secondFactor/secondFactor', page);
  };

  const back = (req: Request, res: Response, words: string, tone?: 'bad'): void => {
    authenticator.forget(identityOf(req).account.accountId);
    flash(req, words, tone);
    leadTo(req, res, paths.secondFactor);
  };

  const appForm: RequestHandler = async (req, res) => {
    const { accountId, login } = identityOf(req).account;
    const { hasCodes } = await secondFactors.factors(accountId);
    if (hasCodes) res.redirect(302, paths.secondFactor);
    else
      sendPage(
        req,
        res,
        'secondFactor/app',
        appPage({ ...(await codes.setUp(accountId, login)), fault: null }),
      );
  };

  const confirmApp: RequestHandler = async (req, res) => {
    const { accountId, login } = identityOf(req).account;
    const { code = '' } = fieldsOf(req.body);
    const refused = (error: unknown): Promise<void> =>
      sessionAudit.refused(req, login, error, 'code of a new authenticator app');
    const isRight = await guesses
      .make({ kind: 'code', login }, addressOf(req), async () =>
        (await codes.confirm(accountId, code, req.sessionID, actorOf(req))) ? true : null,
      )
      .catch(async (error: unknown) => {
        await refused(error);
        throw error;
      });
    if (isRight === null) {
      await refused(new DomainError('loginNotFound', 'wrong code'));
      const fault = 'not the code that the app shows now; is the clock of the phone right?';
      sendPage(
        req,
        res,
        'secondFactor/app',
        appPage({ ...(await codes.setUp(accountId, login)), fault }),
        400,
      );
      return;
    }
    Object.assign(req.session, { secondFactor: 'code' } satisfies Partial<Proof>);
    authenticator.forget(accountId);
    await showNewCodes(req, res);
  };

  /** Not behind a 303: they would have to be kept somewhere until then. */
  const showNewCodes = async (req: Request, res: Response): Promise<void> => {
    const { accountId, login } = identityOf(req).account;
    const fresh = await codes.renewRecoveryCodes(accountId, req.sessionID, actorOf(req));
    sendPage(req, res, 'secondFactor/recoveryCodes', recoveryCodesPage({ login, codes: fresh }));
  };

  const removeApp: RequestHandler = async (req, res) => {
    await secondFactors.removeTotp(identityOf(req).account.accountId, req.sessionID, actorOf(req));
    back(req, res, 'The authenticator app was removed. Other sessions have ended.');
  };

  const renewCodes: RequestHandler = (req, res) => showNewCodes(req, res);

  const addPasskey: RequestHandler = async (req, res) => {
    const { accountId } = identityOf(req).account;
    const { name = '', credential = '' } = fieldsOf(req.body);
    const made = await passkeyCeremonies.register(req, credential);
    const named = name.trim().slice(0, longestName) || 'Passkey';
    const isNew =
      made !== null && (await passkeys.add({ ...made, accountId, name: named }, req.sessionID, actorOf(req)));
    if (!isNew) {
      back(req, res, 'The passkey was not registered. Try again.', 'bad');
      return;
    }
    authenticator.forget(accountId);
    const { recoveryCodes } = await secondFactors.factors(accountId);
    if (recoveryCodes === 0) await showNewCodes(req, res);
    else back(req, res, `The passkey ${named} was registered.`);
  };

  const removePasskey: RequestHandler = async (req, res) => {
    const { passkey = '' } = fieldsOf(req.body);
    const isGone = await passkeys.remove(
      identityOf(req).account.accountId,
      passkey,
      req.sessionID,
      actorOf(req),
    );
    back(
      req,
      res,
      isGone ? 'The passkey was removed. Other sessions have ended.' : 'There is no such passkey.',
      isGone ? undefined : 'bad',
    );
  };

  return { show, appForm, confirmApp, removeApp, renewCodes, addPasskey, removePasskey };
}
