export interface Paging {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** A page is beside a row that another page ends with: found by its id, however far that is. */
export interface Beside {
  readonly side: 'after' | 'before';
  readonly id: number;
}

/** However far a page lies past the end, its offset is a number that PostgreSQL can read. */
export function offsetOf({ page, pageSize }: Paging): number {
  return Math.min((page - 1) * pageSize, Number.MAX_SAFE_INTEGER);
}
