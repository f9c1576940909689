import express, { type RequestHandler, type Router } from 'express';
import type { ContractPath, Operation } from './contract/contract.ts';
import { allow } from './middleware/allow.ts';
import { noDialogue } from './middleware/authenticate.ts';
import { jsonBody } from './middleware/jsonBody.ts';
import { methodNotAllowed } from './middleware/methodNotAllowed.ts';
import { sameOrigin } from './middleware/sameOrigin.ts';
import { validatePath, validateRequest } from './middleware/validateRequest.ts';
import type { RateLimits } from './rateLimit.ts';
import { contextOf } from './requestContext.ts';

/** Handlers by the `operationId` of the document. */
export type Handlers = Readonly<Record<string, RequestHandler>>;

export interface JsonRouterOptions {
  readonly paths: readonly ContractPath[];
  readonly handlers: Handlers;
  /** Handlers of operations that a browser's event source asks for. */
  readonly streams: Handlers;
  /** Operations that need no credentials although the document says so: a setting of this installation. */
  readonly alsoPublic: ReadonlySet<string>;
  readonly session: RequestHandler;
  readonly limits: Pick<RateLimits, 'step'>;
  /** What each operation that is not public passes after it has its session, before its permission is asked. */
  readonly guards: readonly RequestHandler[];
}

/** A route for each operation of the document; one without a handler, or a handler without one, stops the start. */
export function createJsonRouter(options: JsonRouterOptions): RequestHandler {
  // Express tries route after route: with all of them in one list that takes longer than most answers.
  const bySegment = new Map<string, Router>();
  for (const contractPath of options.paths) {
    const segment = firstSegment(contractPath.path);
    const router = bySegment.get(segment) ?? express.Router();
    bySegment.set(segment, router);
    addPath(router, contractPath, options);
  }
  return (req, res, next) => {
    const router = bySegment.get(firstSegment(req.path));
    if (router === undefined) next();
    else router(req, res, next);
  };
}

/** As express compares it: whatever its case. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return path.slice(1, end < 0 ? undefined : end).toLowerCase();
}

function addPath(router: Router, { path, operations }: ContractPath, options: JsonRouterOptions): void {
  const { handlers, streams } = options;
  const expressPath = path.replaceAll(/\{(\w+)\}/g, ':$1');
  for (const operation of operations) {
    const stream = streams[operation.id];
    const handler = stream ?? handlers[operation.id];
    if (handler === undefined) throw new Error(`the operation ${operation.id} has no handler`);
    const first = stream === undefined ? [] : [noDialogue];
    const all = steps(operation, options, stream !== undefined);
    router[operation.method](expressPath, ...first, ...all, handler);
  }
  const methods = operations.map(({ method }) => method);
  router.all(expressPath, methodNotAllowed(path, methods));
}

function steps(
  operation: Operation,
  { session, guards, limits, alsoPublic }: JsonRouterOptions,
  isStream: boolean,
): RequestHandler[] {
  const isPublic = operation.isPublic || alsoPublic.has(operation.id);
  return [
    remember(operation),
    ...(isPublic
      ? publicAccess(operation, session)
      : [
          sessionOf(operation, session),
          ...guards,
          // Streams have a limit of their own: how many are open.
          ...(isStream ? [] : [limits.step('requests')]),
          ...permitted(operation),
          sameOrigin(),
          ...(operation.isCostly ? [limits.step('costly')] : []),
        ]),
    validatePath(operation),
    ...(operation.body === null ? [] : jsonBody(operation.body)),
    validateRequest(operation),
  ];
}

function permitted({ permission }: Operation): RequestHandler[] {
  return permission === null ? [] : [allow(permission)];
}

/** Only logging in needs a session without having one; the others must answer while the database is away. */
function publicAccess({ method }: Operation, session: RequestHandler): RequestHandler[] {
  return method === 'get' ? [] : [session, sameOrigin()];
}

/** A header beats the cookie, so beside one a session is of use only to those who begin and end sessions. */
function sessionOf({ path }: Operation, session: RequestHandler): RequestHandler {
  if (path === '/login') return session;
  return (req, res, next) => {
    if (req.headers.authorization === undefined) session(req, res, next);
    else next();
  };
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
