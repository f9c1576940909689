import type { Request } from 'express';
import type { Beside, Paging } from '../../db/sql/paging.ts';

// A row has some twenty elements, and more than 1,500 make a page slow where it is shown.
const largestPage = 50;

/** A page's address may have been edited or be years old: what cannot be read means the first page. */
export function readPaging(query: Request['query'], pageSize: number): Paging {
  return {
    page: readWhole(query['page'], 1, Number.MAX_SAFE_INTEGER) ?? 1,
    pageSize: readWhole(query['page_size'], 1, largestPage) ?? pageSize,
  };
}

/** The row that the page lies beside, as the pager's links name it. */
export function readBeside(query: Request['query']): Beside | null {
  for (const side of ['after', 'before'] as const) {
    const id = readWhole(query[side], 1, Number.MAX_SAFE_INTEGER);
    if (id !== null) return { side, id };
  }
  return null;
}

function readWhole(value: unknown, min: number, max: number): number | null {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) return null;
  const number = Number(value);
  return number >= min && number <= max ? number : null;
}
