import type { RequestHandler } from 'express';
import type { Role, Permission, Permissions } from '../../../domain/accounts/permission.ts';
import { permissionTable } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import { contextOf, identityOf, type Identity } from '../requestContext.ts';

/** Lets on whoever has the permission; stands before every operation and every page that is not public. */
export function allow(permission: Permission): RequestHandler {
  return (req, _res, next) => {
    const identity = identityOf(req);
    demandOperation(identity, contextOf(req).operation?.id);
    demand(identity, permission);
    next();
  };
}

/** @throws DomainError notPermitted */
export function demand({ permissions }: { readonly permissions: Permissions }, permission: Permission): void {
  if (permissions.has(permission)) return;
  const roles: readonly Role[] = permissionTable[permission].roles;
  throw new DomainError('notPermitted', `this needs the role ${roles.join(' or ')}`);
}

/** An API token is for the API, and perhaps for a part of it alone. */
function demandOperation({ token }: Identity, operation: string | undefined): void {
  if (token === undefined) return;
  if (operation === undefined)
    throw new DomainError('notPermitted', 'API tokens are for the API, not for pages');
  if (token.operations?.has(operation) === false)
    throw new DomainError('notPermitted', `the token is not for the operation ${operation}`);
}
