import express, { type RequestHandler, type Router } from 'express';
import type { ContractPath, Operation } from './contract/contract.ts';
import { jsonBody } from './middleware/jsonBody.ts';
import { methodNotAllowed } from './middleware/methodNotAllowed.ts';
import { sameOrigin } from './middleware/sameOrigin.ts';
import { validatePath, validateRequest } from './middleware/validateRequest.ts';
import { contextOf } from './requestContext.ts';

/** Handlers by the `operationId` of the document. */
export type Handlers = Readonly<Record<string, RequestHandler>>;

export interface JsonRouterOptions {
  readonly paths: readonly ContractPath[];
  readonly handlers: Handlers;
  /** Operations that somebody else answers before this router is asked. */
  readonly servedElsewhere: ReadonlySet<string>;
  /** Operations that need no credentials although the document says so: a setting of this installation. */
  readonly alsoPublic: ReadonlySet<string>;
  readonly session: RequestHandler;
  /** What each operation that is not public passes after it has its session. */
  readonly guards: readonly RequestHandler[];
}

/** A route for each operation of the document; one without a handler, or a handler without one, stops the start. */
export function createJsonRouter(options: JsonRouterOptions): Router {
  const { paths, handlers, servedElsewhere } = options;
  const router = express.Router();
  for (const { path, operations } of paths) {
    const expressPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of operations) {
      if (servedElsewhere.has(operation.id)) continue;
      const handler = handlers[operation.id];
      if (handler === undefined) throw new Error(`the operation ${operation.id} has no handler`);
      router[operation.method](expressPath, ...steps(operation, options), handler);
    }
    router.all(
      expressPath,
      methodNotAllowed(
        path,
        operations.map(({ method }) => method),
      ),
    );
  }
  return router;
}

function steps(operation: Operation, { session, guards, alsoPublic }: JsonRouterOptions): RequestHandler[] {
  const isPublic = operation.isPublic || alsoPublic.has(operation.id);
  return [
    remember(operation),
    ...(isPublic ? publicAccess(operation, session) : [session, ...guards, sameOrigin()]),
    validatePath(operation),
    ...(operation.body === null ? [] : jsonBody(operation.body)),
    validateRequest(operation),
  ];
}

/** Only logging in needs a session without having one; the others must answer while the database is away. */
function publicAccess({ method }: Operation, session: RequestHandler): RequestHandler[] {
  return method === 'get' ? [] : [session, sameOrigin()];
}

function remember(operation: Operation): RequestHandler {
  return (req, _res, next) => {
    const context = contextOf(req);
    context.operation = operation;
    context.route = operation.path;
    next();
  };
}

/** A document and a set of handlers that do not fit together are a mistake of ours, found when starting. */
export function refuseUnknownHandlers(paths: readonly ContractPath[], handlers: Handlers): void {
  const known = new Set(paths.flatMap(({ operations }) => operations.map(({ id }) => id)));
  const unknown = Object.keys(handlers).filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Error(`not in the OpenAPI document: ${unknown.join(', ')}`);
}
