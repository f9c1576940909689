import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import type { Operation } from '../contract/contract.ts';
import { bodyFault, pathFault, queryFault } from '../contract/faults.ts';
import { readParameters } from '../contract/parameters.ts';
import { contextOf } from '../requestContext.ts';

/** The parameters of the path, checked before anything else: a wrong one is an address that does not exist. */
export function validatePath(operation: Operation): RequestHandler {
  const isUuid = (name: string) =>
    operation.pathParameters.some((rule) => rule.name === name && rule.schema.format === 'uuid');
  return (req, _res, next) => {
    const params = readParameters(req.params, operation.pathParameters);
    const errors = operation.checkPath(params);
    if (errors !== null) throw pathFault(errors, isUuid);
    contextOf(req).input = { params, query: {}, body: undefined };
    next();
  };
}

/** Query and body against the document; handlers find them typed in the request's context. */
export function validateRequest(operation: Operation): RequestHandler {
  const isRequired = (name: string) =>
    operation.queryParameters.some((rule) => rule.name === name && rule.isRequired);
  return (req, _res, next) => {
    const context = contextOf(req);
    refuseRepeated(req.query);
    const query = readParameters(req.query as Record<string, string>, operation.queryParameters);
    const queryErrors = operation.checkQuery(query);
    if (queryErrors !== null) throw queryFault(queryErrors, isRequired);
    const body: unknown = operation.body === null ? undefined : req.body;
    const bodyErrors = operation.body === null || body === undefined ? null : operation.body.check(body);
    if (bodyErrors !== null) throw bodyFault(bodyErrors, operation.body?.faultNames ?? {});
    context.input = { params: context.input?.params ?? {}, query, body };
    next();
  };
}

/** Lists stand in one parameter, with commas. */
function refuseRepeated(query: Request['query']): void {
  for (const [name, value] of Object.entries(query)) {
    if (!Array.isArray(value)) continue;
    throw new DomainError('badQueryParameter', { path: name, message: 'is given more than once' });
  }
}
