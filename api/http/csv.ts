import { stringify } from 'csv-stringify/sync';
import type { Request, Response } from 'express';

/** Whether a client that may have JSON or CSV wants CSV. */
export function prefersCsv(req: Request, res: Response): boolean {
  res.vary('Accept');
  if (!/text\//i.test(req.headers.accept ?? '')) return false;
  return req.accepts(['application/json', 'text/csv']) === 'text/csv';
}

// After what spreadsheets skip: spaces, line breaks, control characters, quotation marks. They take signs of full width
// for those of half width.
const formula = /^(?:[\t\r\n]|[\s\p{C}\p{Z}"]*[=+\-@＝＋－＠])/u;

/**
 * The rows of lists that come in pieces, as CSV with a line of names. A text that a spreadsheet would take for a formula
 * gets an apostrophe before it; objects are written as JSON.
 */
export async function* csvPieces(columns: readonly string[], lists: AsyncIterable<readonly object[]>) {
  const options = {
    columns: [...columns],
    record_delimiter: 'windows' as const,
    // By itself it quotes only what has the whole of its own end of a line.
    quoted_match: /[\r\n]/,
    cast: {
      string: (text: string) => (formula.test(text) ? `'${text}` : text),
      object: (value: object) => JSON.stringify(value),
    },
  };
  // The names come with the first rows: what goes wrong before them is answered as an error.
  let header = true;
  for await (const list of lists) {
    yield stringify([...list], { ...options, header });
    header = false;
  }
  if (header) yield stringify([], { ...options, header });
}
