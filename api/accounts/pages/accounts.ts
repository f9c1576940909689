import type { Request, RequestHandler, Response } from 'express';
import { accountTypes } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { accountsPage } from '../../../views/pages/accounts/list.ts';
import { listsPage } from '../../../views/pages/accounts/lists.ts';
import { accountPage } from '../../../views/pages/accounts/one.ts';
import { paths } from '../../../views/paths.ts';
import { endSession } from '../auth/sessionCookie.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { presentAccount, presentAccountStats } from '../present.ts';
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
  'accountQueries' | 'listQueries' | 'faceQueries' | 'accountActions' | 'contract'
>;

const newestLists = 5;

export function accountPages({
  accountQueries,
  listQueries,
  faceQueries,
  accountActions,
  contract,
}: AccountSources) {
  const checkAccount = bodyCheck(contract, 'post', '/accounts');

  const show = async (req: Request, res: Response, typed?: Typed): Promise<void> => {
    const paging = readPaging(req.query, 20);
    const { accounts, count } = await accountQueries.page(paging);
    const page = accountsPage({
      accounts: accounts.map(presentAccount),
      count,
      ...paging,
      ...(typed === undefined ? {} : { typed }),
    });
    sendPage(req, res, 'accounts/list', page, typed === undefined ? 200 : 400);
  };

  const list: RequestHandler = (req, res) => show(req, res);

  const create: RequestHandler = async (req, res) => {
    const values = fieldsOf(req.body);
    const { login = '', password = '', description = '' } = values;
    const account_type = accountTypes.find((type) => type === values['account_type']) ?? 'advanced_user';
    try {
      const body = { login: login.trim(), password, account_type, description: description.trim() };
      checkAccount(body);
      const { account_type: accountType, ...rest } = body;
      const accountId = await accountActions.register({ ...rest, accountType }, actorOf(req));
      flash(req, `The account ${body.login} was created.`);
      leadTo(req, res, paths.account(accountId));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const isTaken = error.error === 'accountExists';
      if (!isTaken && error.entry.status !== 400) throw error;
      const faults = isTaken ? { login: 'an account with this login exists' } : faultsOf(error);
      await show(req, res, { values, faults });
    }
  };

  const accountOf = async (accountId: string) => {
    const found = await accountQueries.find(accountId);
    if (found === null) throw new DomainError('accountNotFound', `account ${accountId}`);
    return found;
  };

  const one: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const [{ account, stats }, { lists }, faces] = await Promise.all([
      accountOf(accountId),
      listQueries.page({ accountId }, { page: 1, pageSize: newestLists }),
      faceQueries.page({ accountId }, readFacePlace(req.query), shownFaces),
    ]);
    const page = accountPage({
      account: presentAccount(account),
      stats: presentAccountStats(stats),
      lists: lists.map(presentList),
      faces: presentFaceCards(faces),
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
      account: presentAccount(account),
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
    const isOneself = identityOf(req).account.accountId === accountId;
    if (!isOneself) flash(req, 'The account was removed.');
    if (isOneself) {
      await endSession(req, res);
      res.redirect(303, paths.login);
    } else leadTo(req, res, paths.accounts());
  };

  return { list, create, one, lists: listsOf, remove };
}
