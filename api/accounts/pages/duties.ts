import type { RequestHandler } from 'express';
import { paths } from '../../../views/paths.ts';
import { identityOf } from '../../http/requestContext.ts';
import type { SecondFactorRule } from '../secondFactor/rule.ts';

/**
 * Leads whoever has to do something first to its page. Who asks by password alone is a program, and is let on; for
 * whom an OpenID provider vouches, passwords are that provider's business, and so are second factors that it says it has
 * asked for.
 */
export function dutiesFirst(rule: Pick<SecondFactorRule, 'isMissing'>): RequestHandler {
  return (req, res, next) => {
    const { account, via } = identityOf(req);
    const isOpen = req.path === paths.logout || req.path === paths.password;
    const isSetUp =
      req.path === paths.secondFactor ||
      req.path === paths.oidcConfirm ||
      req.path.startsWith(`${paths.secondFactor}/`);
    const { how, secondFactor } = req.session;
    if (via !== 'session' || isOpen) next();
    else if (account.mustChangePassword && how !== 'oidc') res.redirect(303, paths.password);
    else if (!isSetUp && secondFactor !== 'provider' && rule.isMissing(account))
      res.redirect(303, paths.secondFactor);
    else next();
  };
}
