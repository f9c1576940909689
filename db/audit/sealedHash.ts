import { createHash } from 'node:crypto';
import type { SealedLine } from '../../domain/audit/entry.ts';
import { canonicalJson } from '../../platform/canonicalJson.ts';

/** SHA-256 of everything else in the line, the hash of the entry before among it. */
export function sealedHash({ hash: _hash, ...line }: SealedLine): string {
  return createHash('sha256').update(canonicalJson(line)).digest('hex');
}
