import {
  presentSealed,
  type AuditHead,
  type AuditRow,
  type Seal,
  type SealedLine,
} from '../../domain/audit/entry.ts';
import type { Reader } from '../sql/connection.ts';
import { auditConditions, sealedColumns, type AuditFilters } from './auditQueries.ts';

export type AuditLine = SealedLine | AuditHead;

export type AuditExports = ReturnType<typeof createAuditExports>;

interface Bounds {
  readonly first: number;
  readonly last: number;
  readonly lastHead: number;
}

// A stretch of the chain at a time, however few of its entries the filters match: each statement is short.
const stretch = 2_000;

/** The sealed entries, in the order of the chain. */
export function createAuditExports(db: Pick<Reader, 'query'>) {
  const ofStretch = async (filters: AuditFilters, after: number, upTo: number): Promise<SealedLine[]> => {
    const conditions = auditConditions(filters);
    conditions.add('seal > $?::bigint', after);
    conditions.add('seal <= $?::bigint', upTo);
    const rows = await db.query<AuditRow & Seal>(
      `select ${sealedColumns} from audit_seals join audit using (audit_id) ${conditions.where()} order by seal`,
      conditions.binds,
    );
    return rows.map((row) => presentSealed(row, row));
  };

  const headsOf = async (after: number, upTo: number): Promise<AuditHead[]> =>
    (
      await db.query<{ document: AuditHead }>(
        'select document from audit_heads where seal > $1 and seal <= $2 order by seal',
        [after, upTo],
      )
    ).map(({ document }) => document);

  const bounds = async (): Promise<Bounds> => {
    const [row] = await db.query<Bounds>(
      `select coalesce(min(seal), 1) first, coalesce(max(seal), 0) last,
         (select coalesce(max(seal), 0) from audit_heads) "lastHead" from audit_seals`,
    );
    return row ?? { first: 1, last: 0, lastHead: 0 };
  };

  return {
    /** What the filters match. */
    async *entries(filters: AuditFilters): AsyncGenerator<SealedLine[]> {
      for (const { after, upTo } of stretchesOf(await bounds())) {
        const lines = await ofStretch(filters, after, upTo);
        if (lines.length > 0) yield lines;
      }
    },

    /** All of it, with the signed heads behind the entries that they name: what proves that it is all. */
    async *chain(): AsyncGenerator<AuditLine[]> {
      const all = await bounds();
      // Of what was removed as old, the last head is what the rest begins with.
      yield (await headsOf(0, all.first - 1)).slice(-1);
      for (const { after, upTo } of stretchesOf(all)) {
        yield merge(await ofStretch({}, after, upTo), await headsOf(after, upTo));
      }
      yield await headsOf(all.last, all.lastHead);
    },
  };
}

function* stretchesOf({ first, last }: Bounds) {
  for (let after = first - 1; after < last; after += stretch) {
    yield { after, upTo: Math.min(after + stretch, last) };
  }
}

/** Each head before the first entry that comes after it in the chain, also when the entry that it names is gone. */
function merge(lines: readonly SealedLine[], heads: readonly AuditHead[]): AuditLine[] {
  const merged: AuditLine[] = [];
  let next = 0;
  for (const line of lines) {
    for (let head = heads[next]; head !== undefined && head.seal < line.seal; head = heads[++next]) {
      merged.push(head);
    }
    merged.push(line);
  }
  return [...merged, ...heads.slice(next)];
}
