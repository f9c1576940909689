import type { Request } from 'express';
import type { View } from '../../db/audit/viewStore.ts';
import { actorOf } from '../http/requestContext.ts';

const pathAtMost = 128;

/** A look at a picture: at those of the page that shows it, or of its owner when it is asked for by itself. */
export function pictureView(req: Request, ownerId: string): View {
  return {
    ...{ actor: actorOf(req), action: 'sample.view', objectType: 'sample' },
    objectId: pageOf(req) ?? ownerId,
  };
}

/** The page of ours that the browser shows it on, without its query. */
function pageOf(req: Request): string | null {
  const referrer = req.get('Referer');
  if (referrer === undefined || !URL.canParse(referrer)) return null;
  const { host, pathname } = new URL(referrer);
  return host === req.get('Host') ? pathname.slice(0, pathAtMost) : null;
}
