import type { Response } from 'express';
import type { AuditFilters } from '../../db/audit/auditQueries.ts';
import type { Stores } from '../../db/stores.ts';
import { DomainError } from '../../domain/errors.ts';
import { csvPieces } from '../http/csv.ts';
import { sendPieces } from '../http/jsonStream.ts';

export type ExportFormat = 'ndjson' | 'csv';

const columns = [
  ...['audit_id', 'audit_time', 'account_id', 'login', 'action', 'object_type', 'object_id'],
  ...['request_id', 'remote_address', 'before', 'after', 'seal', 'seal_time', 'previous_hash', 'hash'],
];

// The longest that an answer waits for entries to be sealed first.
const sealAtMostMs = 3_000;

/**
 * Sends the entries that the filters match, in the order of the chain, up to those that had committed when it was asked for.
 * All of them as NDJSON: with the signed heads, so that the file can be verified.
 */
export function createAuditExport({ auditSeals, auditExports }: Pick<Stores, 'auditSeals' | 'auditExports'>) {
  return async (res: Response, format: ExportFormat, filters: AuditFilters): Promise<void> => {
    const unsealed = await auditSeals.sealAll(sealAtMostMs);
    if (unsealed > 0) throw new DomainError('auditUnsealed', `${unsealed} entries wait for it`);
    res.attachment(`audit.${format}`);
    if (format === 'csv') {
      await sendPieces(res, 'csv', csvPieces(columns, auditExports.entries(filters)));
      return;
    }
    const isAll = Object.keys(filters).length === 0;
    const lists = isAll ? auditExports.chain() : auditExports.entries(filters);
    await sendPieces(res, 'application/x-ndjson', ndjsonPieces(lists));
  };
}

async function* ndjsonPieces(lists: AsyncIterable<readonly object[]>) {
  for await (const list of lists) yield list.map((line) => `${JSON.stringify(line)}\n`).join('');
}
