import type { Request } from 'express';

/** The tasks that were ticked in the list. */
export function selectedOf(req: Request): number[] {
  const { selected = [] } = req.query;
  return idsIn(Array.isArray(selected) ? selected : [selected]);
}

/** Each once, in their order; what is no id is left out. */
export function idsIn(values: readonly unknown[]): number[] {
  const ids = values.flatMap((value) =>
    typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : [],
  );
  return [...new Set(ids)];
}
