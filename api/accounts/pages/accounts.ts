import type { Request, RequestHandler, Response } from 'express';
import { accountTypes, mayUseService } from '../../../domain/accounts/account.ts';
import { roles } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { accountFormPage } from '../../../views/pages/accounts/form.ts';
import { accountsPage } from '../../../views/pages/accounts/list.ts';
import { listsPage } from '../../../views/pages/accounts/lists.ts';
import { accountPage } from '../../../views/pages/accounts/one.ts';
import { paths } from '../../../views/paths.ts';
import { endSession } from '../auth/sessionCookie.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { changesSince } from '../../audit/changesSince.ts';
import { presentAccountOfPage, presentAccountStats } from '../present.ts';
import { presentApiToken } from '../tokens/present.ts';
import { presentFaceCards } from '../../faces/present/faceCards.ts';
import { presentList } from '../../lists/present.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { readFacePlace, shownFaces } from '../../faces/pages/facePlace.ts';
import { readPaging } from '../../html/paging.ts';
import { uuidOf } from '../../html/uuidOf.ts';

type AccountSources = Pick<
  PageSources,
  | 'accountQueries'
  | 'auditQueries'
  | 'listQueries'
  | 'faceQueries'
  | 'accountActions'
  | 'contract'
  | 'tokenActions'
  | 'clock'
  | 'passwordRules'
>;

const newestLists = 5;

export function accountPages({
  accountQueries,
  auditQueries,
  listQueries,
  faceQueries,
  accountActions,
  contract,
  tokenActions,
  clock,
  passwordRules,
}: AccountSources) {
  const checkAccount = bodyCheck(contract, 'post', '/accounts');

  const list: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const { q, type: named } = req.query;
    const search = typeof q === 'string' ? q.trim().slice(0, 256) : '';
    const type = accountTypes.find((one) => one === named) ?? '';
    const found = await accountQueries.search({ text: search, type }, paging);
    const accounts = found.accounts.map(presentAccountOfPage);
    sendPage(req, res, 'accounts/list', accountsPage({ ...found, accounts, search, type, ...paging }));
  };

  const form: RequestHandler = (req, res) => {
    sendPage(req, res, 'accounts/form', accountFormPage({ isOneself: false }));
  };

  /** What stands in the form, as a client would have sent it. @throws DomainError of the document's checks */
  const read = (
    values: Readonly<Record<string, string>>,
    fixed: { login?: string; password?: string } = {},
  ) => {
    const { login = '', password = '', description = '' } = values;
    const account_type = accountTypes.find((type) => type === values['account_type']) ?? 'advanced_user';
    const body = {
      ...{ login: login.trim(), password, account_type, description: description.trim() },
      role: roles.find((role) => role === values['role']) ?? 'viewer',
      ...fixed,
    };
    checkAccount(body);
    return { ...body, seesPictures: values['sees_pictures'] === 'yes' };
  };

  const create: RequestHandler = async (req, res) => {
    const values = fieldsOf(req.body);
    try {
      const { account_type: accountType, ...rest } = read(values);
      await passwordRules.demandStrong(rest.login, rest.password);
      const accountId = await accountActions.register({ ...rest, accountType, expires: true }, actorOf(req));
      const told = mayUseService({ accountType })
        ? ' Its password expires after 72 hours, unless its owner changes it.'
        : '';
      flash(req, `The account ${rest.login} was created.${told}`);
      leadTo(req, res, paths.account(accountId));
    } catch (error) {
      const typed = { values, faults: faultsOfAccount(error) };
      sendPage(req, res, 'accounts/form', accountFormPage({ isOneself: false, typed }), 400);
    }
  };

  /** `sent`: the form that was refused; the revision that it stands for stays, unless it is told what has changed. */
  const showEdit = async (
    req: Request,
    res: Response,
    sent?: { readonly typed: Typed; readonly revision: string; readonly isOutdated: boolean },
  ): Promise<void> => {
    const accountId = uuidOf(req, 'account_id');
    const { account, revision } = await accountOf(accountId);
    const isOutdated = sent?.isOutdated === true;
    const of = { objectType: 'account', objectId: accountId };
    const missed = revision - Number(sent?.revision);
    const page = accountFormPage({
      account: presentAccountOfPage(account),
      isOneself: isOwn(req, account.accountId),
      typed: sent?.typed,
      revision: sent === undefined || isOutdated ? String(revision) : sent.revision,
      ...(isOutdated ? { meanwhile: await changesSince(auditQueries, of, { missed, isChange }) } : {}),
    });
    sendPage(req, res, 'accounts/form', page, sent === undefined ? 200 : isOutdated ? 412 : 400);
  };

  const editForm: RequestHandler = (req, res) => showEdit(req, res);

  const edit: RequestHandler = async (req, res) => {
    const { revision = '', ...values } = fieldsOf(req.body);
    const { account } = await accountOf(uuidOf(req, 'account_id'));
    const { accountId, login } = account;
    try {
      const body = read(values, { login, password: 'unchanged' });
      const { account_type: accountType, description, role, seesPictures } = body;
      const to = { accountType, description, role, seesPictures };
      await accountActions.change(accountId, to, actorOf(req), Number(revision));
      const keepsSession =
        mayUseService(to) && role === account.role && seesPictures === account.seesPictures;
      if (isOwn(req, accountId) && !keepsSession) {
        await endSession(req, res);
        res.redirect(303, paths.login);
        return;
      }
      flash(req, `The account ${login} was changed.`);
      leadTo(req, res, paths.account(accountId));
    } catch (error) {
      const isOutdated = error instanceof DomainError && error.error === 'accountChanged';
      const faults = isOutdated ? {} : faultsOfAccount(error);
      await showEdit(req, res, { typed: { values, faults }, revision, isOutdated });
    }
  };

  const accountOf = async (accountId: string) => {
    const found = await accountQueries.find(accountId);
    if (found === null) throw new DomainError('accountNotFound', `account ${accountId}`);
    return found;
  };

  const one: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const isAdministrator = identityOf(req).permissions.has('administer');
    const [{ account, stats }, { lists }, faces, tokens] = await Promise.all([
      accountOf(accountId),
      listQueries.page({ accountId }, { page: 1, pageSize: newestLists }),
      faceQueries.page({ accountId }, readFacePlace(req.query), shownFaces),
      isAdministrator ? tokenActions.list(accountId) : [],
    ]);
    const page = accountPage({
      account: presentAccountOfPage(account),
      stats: presentAccountStats(stats),
      lists: lists.map(presentList),
      faces: presentFaceCards(faces),
      tokens: tokens.map(presentApiToken),
      now: clock.now(),
      isReasonMissing: req.query['reason_for'] === 'second-factor',
    });
    sendPage(req, res, 'accounts/one', page);
  };

  const listsOf: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const paging = readPaging(req.query, 20);
    const [{ account }, { lists, count }] = await Promise.all([
      accountOf(accountId),
      listQueries.page({ accountId }, paging),
    ]);
    const page = listsPage({
      account: presentAccountOfPage(account),
      lists: lists.map(presentList),
      count,
      ...paging,
    });
    sendPage(req, res, 'accounts/lists', page);
  };

  const remove: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    try {
      await accountActions.remove(accountId, actorOf(req));
    } catch (error) {
      if (!(error instanceof DomainError) || error.error !== 'lastAdmin') throw error;
      flash(req, `${error.detail} and has to stay.`, 'bad');
      leadTo(req, res, paths.account(accountId));
      return;
    }
    // Removing oneself has ended this session too.
    const isOneself = isOwn(req, accountId);
    if (!isOneself) flash(req, 'The account was deleted.');
    if (isOneself) {
      await endSession(req, res);
      res.redirect(303, paths.login);
    } else leadTo(req, res, paths.accounts());
  };

  return { list, form, create, editForm, edit, one, lists: listsOf, remove };
}

/** Each of them is a revision. */
function isChange(action: string): boolean {
  return action === 'account.change' || action === 'account.password';
}

function isOwn(req: Request, accountId: string): boolean {
  return identityOf(req).account.accountId === accountId;
}

/** What is wrong, by field. @throws whatever is no fault of what was typed */
function faultsOfAccount(error: unknown): Record<string, string> {
  if (!(error instanceof DomainError)) throw error;
  if (error.error === 'accountExists') return { login: 'an account with this login exists' };
  if (error.error === 'lastAdmin') return { account_type: `${error.detail} and has to stay one` };
  if (error.entry.status !== 400) throw error;
  return faultsOf(error);
}
