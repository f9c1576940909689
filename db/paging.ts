export interface Paging {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** However far a page lies past the end, its offset is a number that PostgreSQL can read. */
export function offsetOf({ page, pageSize }: Paging): number {
  return Math.min((page - 1) * pageSize, Number.MAX_SAFE_INTEGER);
}
