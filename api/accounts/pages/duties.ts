import type { RequestHandler } from 'express';
import { paths } from '../../../views/paths.ts';
import { identityOf } from '../../http/requestContext.ts';
import type { SecondFactorRule } from '../secondFactor/rule.ts';

/**
 * Leads whoever has to do something first to its page. Who asks by password alone is a program, and is let on; for
 * whom an OpenID provider vouches, passwords and second factors are that provider's business.
 */
export function dutiesFirst(rule: Pick<SecondFactorRule, 'isMissing'>): RequestHandler {
  return (req, res, next) => {
    const { account, via } = identityOf(req);
    const isOpen = req.path === paths.logout || req.path === paths.password;
    const isSetUp = req.path === paths.secondFactor || req.path.startsWith(`${paths.secondFactor}/`);
    if (via !== 'session' || req.session.how === 'oidc' || isOpen) next();
    else if (account.mustChangePassword) res.redirect(303, paths.password);
    else if (!isSetUp && rule.isMissing(account)) res.redirect(303, paths.secondFactor);
    else next();
  };
}
