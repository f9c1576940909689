import type { Database } from '../sql/connection.ts';
import { askInTime } from '../sql/askInTime.ts';
import { byId, byNumber, byWords, newestLookedThrough, type LookUp } from './lookUps.ts';

/** Something with a page of its own. */
export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: string;
  /** Empty: it has none. */
  readonly name: string;
  /** What else it is known by; empty: nothing. */
  readonly note: string;
  /** Which sample of it can be shown; null: none. */
  readonly picture: 'face' | 'body' | null;
  /** It is named by exactly what was searched for. */
  readonly exact: boolean;
}

export type SearchKind = 'account' | 'list' | 'face' | 'event' | 'task' | 'schedule' | 'upgrade' | 'error';

export interface Found {
  readonly hits: readonly SearchHit[];
  /** Kinds that could not be searched in time: there may be more of them. */
  readonly late: readonly SearchKind[];
  /** Words inside user data were looked for among so many of the newest faces, and of the newest events. */
  readonly newest: number;
}

/** What was typed, as it can be looked up. */
export interface Searched {
  readonly text: string;
  /** In lower case; null: it is none. */
  readonly id: string | null;
  /** `kind`: the one that the number was given for; null: any. */
  readonly number: { readonly value: number; readonly kind: SearchKind | null } | null;
}

// What has an index takes a millisecond; the rest must not keep anybody waiting.
const limitMs = 60;

export type SearchQueries = ReturnType<typeof createSearchQueries>;

export function createSearchQueries(db: Database) {
  return {
    /** Looks through everything, at most `limit` of each kind, exact hits first. */
    find: (searched: Searched, limit: number): Promise<Found> =>
      db.transaction(async (tx) => {
        const hits = new Map<string, SearchHit>();
        const late = new Set<SearchKind>();
        for (const { kinds, sql, binds } of lookUpsOf(searched, limit)) {
          const rows = await askInTime<SearchHit>(tx, limitMs, sql, binds);
          if (rows === null) kinds.forEach((kind) => late.add(kind));
          for (const row of rows ?? []) {
            const key = `${row.kind} ${row.id}`;
            if (hits.get(key)?.exact !== true) hits.set(key, row);
          }
        }
        const ordered = [...hits.values()].sort((one, other) => Number(other.exact) - Number(one.exact));
        const counts = new Map<SearchKind, number>();
        const first = ordered.filter(({ kind }) => {
          const count = counts.get(kind) ?? 0;
          counts.set(kind, count + 1);
          return count < limit;
        });
        return { hits: first, late: [...late], newest: newestLookedThrough };
      }),
  };
}

function lookUpsOf({ text, id, number }: Searched, limit: number): LookUp[] {
  if (id !== null) return byId(id, limit);
  const numbered = number === null ? [] : byNumber(number.value, number.kind, limit);
  return number !== null && number.kind !== null ? numbered : [...numbered, ...byWords(text, limit)];
}
