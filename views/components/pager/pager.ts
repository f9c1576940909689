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
  href(page: number): string;
}

/** null when everything is on one page: then there is nothing to turn. */
export function pager(input: PagerInput): Pager | null {
  const { page, pageSize, shown, count } = input;
  if (page === 1 && count <= pageSize) return null;
  const from = (page - 1) * pageSize + 1;
  const number = new Intl.NumberFormat('en-GB');
  return {
    label: `Pages of ${input.things}`,
    words:
      shown === 0
        ? `No ${input.things} on page ${number.format(page)}`
        : `${number.format(from)}–${number.format(from + shown - 1)} of ${number.format(count)}`,
    previous: page > 1 ? input.href(Math.min(page - 1, Math.max(1, Math.ceil(count / pageSize)))) : null,
    next: page * pageSize < count ? input.href(page + 1) : null,
  };
}
