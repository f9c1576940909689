import type { RequestHandler } from 'express';
import { ownAccountPage } from '../../../views/pages/account/account.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { identityOf } from '../../http/requestContext.ts';

/** The account of whoever is signed in. */
export const ownAccount: RequestHandler = (req, res) => {
  const { account, permissions } = identityOf(req);
  const { login, role } = account;
  sendPage(req, res, 'account/account', ownAccountPage({ login, role, permissions }));
};
