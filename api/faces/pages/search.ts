import type { RequestHandler } from 'express';
import { hrefOf, searchPage } from '../../../views/pages/search/search.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { isUuid } from '../../html/uuidOf.ts';

const hitsAtMost = 20;

/** Leads to the one thing that is found; of several it shows a list, and of nothing what was typed. */
export function search({ searchQueries }: Pick<PageSources, 'searchQueries'>): RequestHandler {
  return async (req, res) => {
    const text = (fieldsOf(req.query, 'badQueryParameter')['q'] ?? '').trim();
    const hits = text === '' ? [] : await find(text);
    const [hit, another] = hits;
    if (hit !== undefined && another === undefined) res.redirect(302, hrefOf(hit));
    else sendPage(req, res, 'search/search', searchPage({ text, hits, limit: hitsAtMost }));
  };

  function find(text: string) {
    // What was copied from elsewhere may be in upper case.
    const id = text.toLowerCase();
    return isUuid(id) ? searchQueries.byId(id, hitsAtMost) : searchQueries.byName(text, hitsAtMost);
  }
}
