import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AuditHead, SealedLine } from '../../domain/audit/entry.ts';
import { parseObject, readText } from '../cli/readKey.ts';

/** The lines of an exported audit (NDJSON), one at a time. */
export async function* readLines(file: string): AsyncGenerator<SealedLine | AuditHead> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      if (text !== '') yield toLine(`${file}, line ${number},`, text);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

/** Signed heads, one a line; lines of a log that hold one in `head` too. Others are passed over. */
export async function readHeads(file: string): Promise<AuditHead[]> {
  const heads = (await readText(file)).split(/\r?\n/).flatMap((text) => {
    if (!text.includes('"audit-head"')) return [];
    const line = parseObject(file, text) as AuditHead | { head: AuditHead };
    return 'head' in line ? [line.head] : [line];
  });
  if (heads.length === 0) throw new Error(`${file} holds no signed head of the audit`);
  return heads;
}

function toLine(place: string, text: string): SealedLine | AuditHead {
  const line = parseObject(place, text) as Partial<SealedLine & AuditHead>;
  const isHead = line.kind === 'audit-head';
  if (!Number.isInteger(line.seal) || (!isHead && line.audit_id === undefined)) {
    throw new Error(`${place} is neither a sealed entry of the audit nor a signed head`);
  }
  return line as SealedLine | AuditHead;
}
