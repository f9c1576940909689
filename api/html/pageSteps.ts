import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { contextOf } from '../http/requestContext.ts';
import { isForm, prefersHtml } from './pageErrors.ts';

/** An express path as the document writes it. */
export function bracketed(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

/** From here on whatever goes wrong is answered with a page. */
export function asPage(route: string): RequestHandler {
  return (req, res, next) => {
    contextOf(req).route = bracketed(route);
    res.locals['isPage'] = true;
    next();
  };
}

/** Names the route, for metrics, of what answers its faults by itself. */
export function named(route: string): RequestHandler {
  return (req, _res, next) => {
    contextOf(req).route = bracketed(route);
    next();
  };
}

export const onlyHtml: RequestHandler = (req, res, next) => {
  next(prefersHtml(req, res) ? undefined : 'route');
};

export const onlyForms: RequestHandler = (req, _res, next) => {
  next(isForm(req) ? undefined : 'route');
};

/** Knows who is signed in, and lets in who is not. Wrong credentials are refused all the same. */
export function unlessStranger(signIn: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    try {
      await signIn(req, res, () => undefined);
    } catch (error) {
      if (!(error instanceof DomainError) || !['credentialsNeeded', 'forbidden'].includes(error.error))
        throw error;
    }
    next();
  };
}
