import type { RequestHandler } from 'express';
import { contextOf } from '../requestContext.ts';

export interface RequestStats {
  count(request: {
    readonly service: string;
    readonly route: string;
    readonly statusCode: number;
    /** 0: the answer was no error. */
    readonly errorCode: number;
  }): void;
}

/** Counts each answer for the system information, under the pattern of its route. */
export function requestStats(stats: RequestStats): RequestHandler {
  return (req, res, next) => {
    res.once('close', () => {
      const { route = 'unmatched', errorCode = 0 } = contextOf(req);
      stats.count({ service: 'luna-admin', route, statusCode: res.statusCode, errorCode });
    });
    next();
  };
}
