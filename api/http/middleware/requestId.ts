import type { RequestHandler } from 'express';
import { v4 as newUuid } from 'uuid';
import { DomainError } from '../../../domain/errors.ts';
import { startContext } from '../requestContext.ts';

const header = 'Luna-Request-Id';
const pattern = /^[0-9]{10},[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;

/** Gives every request an id, the client's own if it sent one; it is on the answer whatever happens. */
export function requestId(): RequestHandler {
  return (req, res, next) => {
    const given = req.get(header);
    const isGood = given !== undefined && pattern.test(given);
    const id = isGood ? given : `${Math.floor(Date.now() / 1000)},${newUuid()}`;
    startContext(req, id);
    res.setHeader(header, id);
    if (given === undefined || isGood) next();
    else next(new DomainError('badHeader', { path: header, message: `must match ${pattern.source}` }));
  };
}
