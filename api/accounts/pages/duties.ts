import type { RequestHandler } from 'express';
import { paths } from '../../../views/paths.ts';
import { identityOf } from '../../http/requestContext.ts';

const alwaysOpen: readonly string[] = [paths.password, paths.logout];

/** Leads whoever has to do something first to its page. Who asks by password alone is a program, and is let on. */
export const dutiesFirst: RequestHandler = (req, res, next) => {
  const { account, via } = identityOf(req);
  if (via === 'session' && account.mustChangePassword && !alwaysOpen.includes(req.path))
    res.redirect(303, paths.password);
  else next();
};
