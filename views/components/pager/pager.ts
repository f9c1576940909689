export interface Pager {
  readonly label: string;
  readonly words: string;
  readonly previous: string | null;
  readonly next: string | null;
}

export interface PagerInput {
  /** What is paged, in the plural. */
  readonly things: string;
  readonly page: number;
  readonly pageSize: number;
  readonly shown: number;
  readonly count: number;
  /** There are more than `count`; nobody has counted how many. */
  readonly isMore?: boolean;
  href(page: number): string;
}

/** null when everything is on one page: then there is nothing to turn. */
export function pager(input: PagerInput): Pager | null {
  const { page, pageSize, shown, count, isMore = false } = input;
  if (page === 1 && count <= pageSize) return null;
  const last = isMore ? Infinity : Math.max(1, Math.ceil(count / pageSize));
  const from = (page - 1) * pageSize + 1;
  const number = new Intl.NumberFormat('en-GB');
  return {
    label: `Pages of ${input.things}`,
    words:
      shown === 0
        ? `No ${input.things} on page ${number.format(page)}`
        : `${number.format(from)}–${number.format(from + shown - 1)} of ${number.format(count)}${isMore ? '+' : ''}`,
    previous: page > 1 ? input.href(Math.min(page - 1, last)) : null,
    next: page < last && (!isMore || shown === pageSize) ? input.href(page + 1) : null,
  };
}
