import type { RequestHandler } from 'express';
import type { Searched } from '../../db/search/searchQueries.ts';
import { findPlaces } from '../../views/pages/search/places.ts';
import { onlyHit, searchPage } from '../../views/pages/search/search.ts';
import type { PageSources } from '../html/deps.ts';
import { fieldsOf } from '../html/form.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { identityOf } from '../http/requestContext.ts';
import { isUuid } from '../html/uuidOf.ts';

const hitsAtMost = 20;
const documentsAtMost = 3;
const nothing = { hits: [], late: [], newest: 0 };

/** Leads to the one thing that is named exactly, unless `list` asks for all that was found. */
export function search({
  searchQueries,
  extractors,
  searchDocuments,
}: Pick<PageSources, 'searchQueries' | 'extractors' | 'searchDocuments'>): RequestHandler {
  return async (req, res) => {
    const { q = '', list } = fieldsOf(req.query, 'badQueryParameter');
    const text = q.trim().slice(0, 256);
    const found = text === '' ? nothing : await searchQueries.find(searchedOf(text), hitsAtMost);
    const places = findPlaces(text, identityOf(req).permissions, extractors, hitsAtMost);
    const only = list === undefined ? onlyHit({ ...found, places }) : null;
    if (only !== null) {
      res.redirect(302, only);
      return;
    }
    const documents = text === '' ? [] : await searchDocuments(text, documentsAtMost);
    sendPage(req, res, 'search/search', searchPage({ text, ...found, places, documents, limit: hitsAtMost }));
  };
}

const numbered = /^(?:(task|schedule|upgrade|error)\s*)?#?\s*(\d{1,15})$/i;

function searchedOf(text: string): Searched {
  // What was copied from elsewhere may be in upper case.
  const id = text.toLowerCase();
  const [, kind, digits] = numbered.exec(text) ?? [];
  return {
    text,
    id: isUuid(id) ? id : null,
    number:
      digits === undefined
        ? null
        : { value: Number(digits), kind: (kind?.toLowerCase() as 'task' | undefined) ?? null },
  };
}
