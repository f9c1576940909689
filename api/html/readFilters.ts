import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { freezeTime } from '../../domain/relativeTime.ts';
import type { Typed } from '../../views/components/field/field.ts';
import { fieldsOf } from './form.ts';
import { faultsOf } from './formFaults.ts';

export interface ReadFilters<Query> {
  /** null: something is wrong with them, and nothing must be shown as if it were what they ask for. */
  readonly query: Query | null;
  readonly typed: Typed;
}

/**
 * The filters in the address of a page, by the rules of the JSON operation with the same ones. A field left empty is no
 * condition, times may be relative as in a task's content, and what belongs to no filter is left alone.
 */
export function readFilters<Query>(
  req: Request,
  names: readonly string[],
  check: (given: Readonly<Record<string, string>>) => Query,
  now: Date,
): ReadFilters<Query> {
  const given = Object.entries(fieldsOf(req.query, 'badQueryParameter')).map(
    ([name, text]) => [name, text.trim()] as const,
  );
  const values = Object.fromEntries(given.filter(([name, text]) => names.includes(name) && text !== ''));
  try {
    return { query: check(withFrozenTimes(values, now)), typed: { values, faults: {} } };
  } catch (error) {
    if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
    return { query: null, typed: { values, faults: faultsOf(error) } };
  }
}

function withFrozenTimes(values: Readonly<Record<string, string>>, now: Date): Record<string, string> {
  const isTime = (name: string): boolean => /_time__(?:gte|lt)$/.test(name);
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, isTime(name) ? frozenTime(text, now) : text]),
  );
}

/** What is no time is left to the check, which tells all faults at once. */
function frozenTime(text: string, now: Date): string {
  try {
    return freezeTime(text, now, '');
  } catch (error) {
    if (error instanceof DomainError) return text;
    throw error;
  }
}
