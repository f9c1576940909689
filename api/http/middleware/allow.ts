import type { RequestHandler } from 'express';
import type { Role, Permission, Permissions } from '../../../domain/accounts/permission.ts';
import { permissionTable } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import { identityOf } from '../requestContext.ts';

/** Lets on whoever has the permission; stands before every operation and every page that is not public. */
export function allow(permission: Permission): RequestHandler {
  return (req, _res, next) => {
    demand(identityOf(req), permission);
    next();
  };
}

/** @throws DomainError notPermitted */
export function demand({ permissions }: { readonly permissions: Permissions }, permission: Permission): void {
  if (permissions.has(permission)) return;
  const roles: readonly Role[] = permissionTable[permission].roles;
  throw new DomainError('notPermitted', `this needs the role ${roles.join(' or ')}`);
}
