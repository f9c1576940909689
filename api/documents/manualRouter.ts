import express, { type Router } from 'express';
import { render } from '../../views/environment.ts';
import { manualPage } from '../../views/pages/documents/manual.ts';
import { methodNotAllowed } from '../http/middleware/methodNotAllowed.ts';
import { mayBeStored } from '../http/middleware/securityHeaders.ts';
import { contextOf } from '../http/requestContext.ts';
import type { Manual } from './manual.ts';
import { strangersLayout } from './strangersLayout.ts';

const route = '/docs/dev/{page}';

/** The pages of the development manual, for everybody. */
export function manualRouter(read: () => Promise<Manual>): Router {
  const router = express.Router();
  router.get('/*address', async (req, res, next) => {
    contextOf(req).route = route;
    const { pages, files } = await read();
    const address = req.path.slice(1);
    const page = pages.get(address);
    const file = files.get(address);
    if (page !== undefined) {
      res.type('html').send(render('documents/manual', manualPage(page), strangersLayout(res)));
    } else if (file !== undefined) mayBeStored(res).sendFile(file);
    else next();
  });
  router.all('/*address', async (req, res, next) => {
    const { pages, files } = await read();
    const address = req.path.slice(1);
    if (req.method === 'GET' || req.method === 'HEAD' || !(pages.has(address) || files.has(address))) next();
    else methodNotAllowed(route, ['get'])(req, res, next);
  });
  return router;
}
