import express, { type Router } from 'express';
import { render } from '../../../views/environment.ts';
import { documentSearchPage } from '../../../views/pages/documents/search.ts';
import { methodNotAllowed } from '../../http/middleware/methodNotAllowed.ts';
import type { RateLimits } from '../../http/rateLimit.ts';
import { contextOf } from '../../http/requestContext.ts';
import { strangersLayout } from '../strangersLayout.ts';
import type { SearchDocuments } from './documentSearch.ts';

const route = '/docs/search';
const most = 30;

/** The search of the documents, for everybody as they are. */
export function documentSearchRouter(
  searchDocuments: SearchDocuments,
  limits: Pick<RateLimits, 'step'>,
): Router {
  const router = express.Router();
  router.get('/', limits.step('public'), async (req, res) => {
    contextOf(req).route = route;
    const { q } = req.query;
    const text = typeof q === 'string' ? q.trim() : '';
    const hits = text === '' ? [] : await searchDocuments(text, most);
    const page = documentSearchPage({ text, hits, hasMore: hits.length === most });
    res.type('html').send(render('documents/search', page, strangersLayout(res)));
  });
  router.all('/', methodNotAllowed(route, ['get']));
  return router;
}
