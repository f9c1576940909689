import MiniSearch from 'minisearch';
import { createRecent } from '../../../platform/recent.ts';
import type { Section } from './sections.ts';

export interface DocumentHit extends Omit<Section, 'text'> {
  /** What stands around the first word that was found, in pieces. */
  readonly excerpt: readonly { readonly text: string; readonly isFound: boolean }[];
}

/** The best hits first, at most `limit`; none for a text without a word. */
export type SearchDocuments = (text: string, limit: number) => Promise<DocumentHit[]>;

const longestText = 256;
const shortestFuzzy = 5;
const before = 80;
const length = 240;

/** Looks for words in all documents. They are indexed at the first search, in a quarter of a second; later ones take milliseconds. */
export function createDocumentSearch(readSections: () => Promise<readonly Section[]>): SearchDocuments {
  const read = createRecent(async () => {
    const sections = await readSections();
    const index = new MiniSearch<Section & { readonly id: number }>({
      fields: ['title', 'text', 'place'],
      searchOptions: {
        boost: { title: 4, place: 1.5 },
        prefix: (term) => term.length > 2,
        fuzzy: (term) => (term.length < shortestFuzzy || /\d/.test(term) ? false : 0.2),
      },
    });
    index.addAll(sections.map((section, id) => ({ id, ...section })));
    return { sections, index };
  }, Infinity);

  return async (text, limit) => {
    const { sections, index } = await read();
    const words = text.slice(0, longestText);
    const all = index.search(words, { combineWith: 'AND' });
    // Where nothing has all of the words, what has most of them is of use too.
    const found = all.length > 0 ? all : index.search(words);
    return found.slice(0, limit).flatMap(({ id, terms }) => {
      const section = sections[Number(id)];
      if (section === undefined) return [];
      const { text: whole, ...hit } = section;
      return [{ ...hit, excerpt: excerptOf(whole, terms) }];
    });
  };
}

function excerptOf(text: string, terms: readonly string[]): DocumentHit['excerpt'] {
  const words = terms
    .toSorted((a, b) => b.length - a.length)
    .map((term) => term.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const pattern = new RegExp(`(${words.join('|')})`, 'iu');
  const place = text.search(pattern);
  const from = place <= before ? 0 : text.indexOf(' ', place - before) + 1;
  const end = from + length >= text.length ? text.length : text.lastIndexOf(' ', from + length);
  const piece = `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`;
  return piece
    .split(new RegExp(pattern, 'giu'))
    .map((part, index) => ({ text: part, isFound: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}
