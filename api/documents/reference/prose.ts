import { Marked } from 'marked';
import { errorTable } from '../../../domain/errors.ts';
import { paths } from '../../../views/paths.ts';

const codes = new Set(Object.values(errorTable).map(({ code }) => code));
const asCode = /\b\d{5}\b/g;
const asDocument = /\bdocs\/(\w[\w-]*)\.md\b/g;
const asOperation = /\b(?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}]+/g;

/** The error codes that a text names, in their order. */
export function codesIn(text: string): number[] {
  const found = [...text.matchAll(asCode)].map(([digits]) => Number(digits));
  return [...new Set(found)].filter((code) => codes.has(code)).sort((a, b) => a - b);
}

/**
 * Descriptions of the document as HTML. Codes, documents and other operations that they name become links.
 * @param idOf - of `GET /tasks`; undefined: there is no such operation
 */
export function createProse(idOf: (address: string) => string | undefined): (text: string) => string {
  const marked = new Marked();
  // The same schema is described wherever it is used.
  const known = new Map<string, string>();
  const read = (text: string): string => {
    const linked = text
      .replaceAll(asCode, (digits) =>
        codes.has(Number(digits)) ? `[${digits}](${paths.errorReference}#${digits})` : digits,
      )
      .replaceAll(asDocument, (name, page: string) => `[${name}](/docs/dev/${page}.html)`)
      .replaceAll(asOperation, (address) => {
        const id = idOf(address);
        return id === undefined ? address : `[${address}](#${id})`;
      });
    return marked.parseInline(linked.trim(), { async: false });
  };
  return (text) => {
    const html = known.get(text) ?? (text === '' ? '' : read(text));
    known.set(text, html);
    return html;
  };
}
