import type { RequestHandler, Response } from 'express';

/** Keeps answers out of every cache, unless they say otherwise: what is answered is for whoever asks, at that moment. */
export function noStore(): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  };
}

/** Before `sendFile` of what everybody may have: it decides itself how long that may be kept. */
export function mayBeStored(res: Response): Response {
  res.removeHeader('Cache-Control');
  return res;
}
