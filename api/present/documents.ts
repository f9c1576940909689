import { errorTable } from '../../domain/errors.ts';
import type { ContractPath } from '../contract/contract.ts';
import type { OpenApiDocument } from '../contract/document.ts';
import { escapeHtml, plainPage } from './html.ts';

/** Every code that the service can answer or write into a task's errors; the links of errors lead here. */
export function presentErrorCodes(): string {
  const rows = Object.values(errorTable)
    .toSorted((a, b) => a.code - b.code)
    .map(
      ({ code, status, desc, retryable }) =>
        `<tr id="${code}"><td>${code}</td><td>${status}</td><td>${escapeHtml(desc)}</td>` +
        `<td>${retryable ? 'yes' : 'no'}</td></tr>`,
    );
  return plainPage(
    'Error codes',
    '<table><thead><tr><th>code</th><th>HTTP status</th><th>meaning</th><th>may succeed later</th></tr></thead>' +
      `<tbody>\n${rows.join('\n')}\n</tbody></table>`,
  );
}

/** The document as a list of its operations, for people who open its address in a browser. */
export function presentOperations(document: OpenApiDocument, paths: readonly ContractPath[]): string {
  const rows = paths.flatMap(({ path, operations }) =>
    operations.map(({ method }) => {
      const summary = document.paths[path]?.[method]?.summary ?? '';
      const words = [method.toUpperCase(), path, summary].map((word) => `<td>${escapeHtml(word)}</td>`);
      return `<tr>${words.join('')}</tr>`;
    }),
  );
  return plainPage(
    document.info.title,
    `<p>${escapeHtml(document.info.description ?? '')}</p>
<p>Ask this address with <code>Accept: application/x-yaml</code> for the OpenAPI document.</p>
<table><thead><tr><th>method</th><th>path</th><th>summary</th></tr></thead>
<tbody>\n${rows.join('\n')}\n</tbody></table>`,
  );
}
