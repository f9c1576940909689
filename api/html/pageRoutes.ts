import type { RequestHandler, Router } from 'express';
import type { Permission } from '../../domain/accounts/permission.ts';
import { allow } from '../http/middleware/allow.ts';
import { methodNotAllowed } from '../http/middleware/methodNotAllowed.ts';
import { readForm } from './form.ts';
import { asPage, bracketed, onlyForms, onlyHtml } from './pageSteps.ts';

export type PageRoutes = ReturnType<typeof createPageRoutes>;

/** Where pages are declared, each with what it needs. `entrance`: what everybody passes who is signed in. */
export function createPageRoutes(router: Router, entrance: readonly RequestHandler[]) {
  const permissions = new Map<string, Permission>();
  const methodsOf = new Map<string, string[]>();

  /** The step that asks for the permission. */
  const allowed = (permission: Permission, route: string): RequestHandler => {
    permissions.set(route, permission);
    return allow(permission);
  };
  const pageOnly = (path: string, ...methods: string[]): void => {
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), ...methods]);
  };
  const get = (
    permission: Permission,
    path: string,
    first: RequestHandler[],
    handler: RequestHandler,
  ): void => {
    router.get(path, ...first, asPage(path), ...entrance, allowed(permission, `GET ${path}`), handler);
  };
  const post = (
    permission: Permission,
    path: string,
    first: RequestHandler[],
    handler: RequestHandler,
  ): void => {
    const permitted = allowed(permission, `POST ${path}`);
    router.post(path, ...first, asPage(path), ...entrance, permitted, ...readForm, handler);
  };

  return {
    permissions,
    allowed,
    /** Of an address with steps of its own: what else is asked of it is answered with 405. */
    pageOnly,

    show: (permission: Permission, path: string, handler: RequestHandler): void => {
      pageOnly(path, 'get');
      get(permission, path, [], handler);
    },

    take: (permission: Permission, path: string, handler: RequestHandler): void => {
      pageOnly(path, 'post');
      post(permission, path, [], handler);
    },

    /** At an address that JSON has too, whose router knows all of its methods. */
    showShared: (permission: Permission, path: string, handler: RequestHandler): void => {
      get(permission, path, [onlyHtml], handler);
    },

    takeShared: (permission: Permission, path: string, handler: RequestHandler): void => {
      post(permission, path, [onlyForms], handler);
    },

    /** After all of them. */
    refuseOtherMethods: (): void => {
      for (const [path, methods] of methodsOf) router.all(path, methodNotAllowed(bracketed(path), methods));
    },
  };
}
