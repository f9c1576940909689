import { errorTable, type ErrorName } from '../../../domain/errors.ts';
import { errorAdvice } from '../../../views/pages/documents/errorAdvice.ts';
import { paths } from '../../../views/paths.ts';
import { methods, type OpenApiDocument } from '../../http/contract/document.ts';
import type { Manual } from '../manual.ts';

/** A piece of a document that a search can lead to. */
export interface Section {
  readonly href: string;
  /** The document that it stands in. */
  readonly place: string;
  readonly title: string;
  readonly text: string;
}

/** All that is written about the service: operations, error codes, the chapters of the manual. */
export function sectionsOf(document: OpenApiDocument, manual: Pick<Manual, 'pages'>): Section[] {
  return [...operationsOf(document), ...codes(), ...chaptersOf(manual)];
}

function operationsOf({ paths: items }: OpenApiDocument): Section[] {
  return Object.entries(items).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const { operationId, summary, description = '' } = operation;
      return [
        {
          href: `${paths.apiReference}#${operationId}`,
          place: 'API reference',
          title: summary,
          text: `${method.toUpperCase()} ${path} ${operationId}. ${description.replaceAll('`', '')}`,
        },
      ];
    }),
  );
}

function codes(): Section[] {
  return (Object.keys(errorTable) as ErrorName[]).map((name) => ({
    href: `${paths.errorReference}#${errorTable[name].code}`,
    place: 'Error codes',
    title: `${errorTable[name].code} ${errorTable[name].desc}`,
    text: errorAdvice[name],
  }));
}

/** Each page is cut where a heading stands. */
function chaptersOf({ pages }: Pick<Manual, 'pages'>): Section[] {
  return [...pages].flatMap(([address, { title, html }]) =>
    html.split(/(?=<h[1-4] id=)/).flatMap((part) => {
      const [, id, heading = ''] = /^<h[1-4] id="([^"]+)">(.*?)<\/h[1-4]>/.exec(part) ?? [];
      const text = plain(part.replace(/^<h.*?<\/h[1-4]>/, ''));
      const href = `/docs/dev/${address}${id === undefined ? '' : `#${id}`}`;
      return id === undefined || text === '' ? [] : [{ href, place: title, title: plain(heading), text }];
    }),
  );
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function plain(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[.,;:!?)])/g, '')
    .trim();
}
