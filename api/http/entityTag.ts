import type { Request, Response } from 'express';

/** Names the state of what is answered, for `If-Match`. */
export function setRevision(res: Response, revision: number): Response {
  return res.set('ETag', `"${revision}"`);
}

/** The revisions that `If-Match` allows to be changed; undefined: any. A tag that was never given allows none. */
export function allowedRevisions(req: Request): number[] | undefined {
  const given = req.get('If-Match')?.trim();
  if (given === undefined || given === '*') return undefined;
  return given.split(',').flatMap((tag) => {
    const revision = /^"(\d{1,10})"$/.exec(tag.trim())?.[1];
    return revision === undefined ? [] : [Number(revision)];
  });
}
