import type { KeyObject } from 'node:crypto';
import { sealedHash } from '../../db/audit/sealedHash.ts';
import { chainBegin, type AuditHead, type SealedLine } from '../../domain/audit/entry.ts';
import { isSignedBy } from '../../platform/crypto/signingKey.ts';

export interface ChainCheckOptions {
  /** One of which has signed each head. */
  readonly publicKeys: readonly KeyObject[];
  /** Entries were left out by filters: only those that are there are checked. */
  readonly partial?: boolean;
  /** Heads that were kept elsewhere, such as in the log: they show that an end was cut off with its own heads. */
  readonly keptHeads?: readonly AuditHead[];
}

/**
 * Takes the lines of the audit in the order of their chain, and says what is wrong with them. After a fault it goes on from
 * what the entry itself says, so that each fault is told once.
 */
export function createChainCheck({ publicKeys, partial = false, keptHeads = [] }: ChainCheckOptions) {
  const faults: string[] = [];
  const counts = { entries: 0, heads: 0 };
  let end = { seal: 0, hash: chainBegin };
  let begin = 0;
  let expired = 0;
  const fault = (text: string): void => void faults.push(text);
  const kept = new Map(keptHeads.map((head) => [head.seal, head]));
  for (const head of keptHeads) checkSignature(head);

  function checkSignature(head: AuditHead): void {
    if (!isSignedBy(head, publicKeys)) fault(`${nameOf(head)}: its signature does not match the key`);
  }

  /** Against the entry that the head names, which is the last one. */
  function compare(head: AuditHead | undefined): void {
    if (head === undefined || head.hash === end.hash) return;
    fault(
      `${nameOf(head)}: its hash is not that of the chain, which was written again before seal ${head.seal}`,
    );
  }

  function takeHead(head: AuditHead): void {
    counts.heads += 1;
    checkSignature(head);
    if (counts.entries === 0 && counts.heads === 1) {
      begin = head.seal;
      end = head;
    } else if (head.seal > end.seal) {
      fault(`${nameOf(head)}: the entries with seals ${end.seal + 1} to ${head.seal} were removed`);
      end = head;
    } else if (head.seal < end.seal) fault(`${nameOf(head)}: it was moved behind seal ${end.seal}`);
    else compare(head);
  }

  function takeEntry(line: SealedLine): void {
    counts.entries += 1;
    const name = `entry ${line.audit_id} (seal ${line.seal})`;
    // The end of the story says whether what precedes the first entry was too old.
    const isBegin = counts.entries === 1 && !partial && line.seal > end.seal + 1;
    if (isBegin) begin = line.seal - 1;
    const missing = isBegin ? 0 : line.seal - end.seal - 1;
    if (sealedHash(line) !== line.hash) fault(`${name}: it was altered or inserted`);
    else if (missing < 0) fault(`${name}: it was inserted or moved, it comes after seal ${end.seal}`);
    else if (missing > 0) {
      const were = missing === 1 ? '1 entry before it was' : `${missing} entries before it were`;
      if (!partial) fault(`${name}: ${were} removed, from seal ${end.seal + 1} on`);
    } else if (line.previous_hash !== end.hash && !isBegin) {
      fault(`${name}: it does not follow from the entry before it, one of the two was replaced`);
    }
    if (missing >= 0) end = line;
    compare(kept.get(line.seal));
    if (line.action === 'audit.expire') expired = Math.max(expired, Number(line.object_id));
  }

  return {
    take: (line: SealedLine | AuditHead): void => {
      if ('kind' in line) takeHead(line);
      else takeEntry(line);
    },

    finish: () => {
      if (begin > expired && !partial) {
        fault(`the entries up to seal ${begin} were removed, and no later entry says that they were too old`);
      }
      for (const head of keptHeads) {
        if (head.seal > end.seal) {
          fault(`${nameOf(head)}: the entries with seals ${end.seal + 1} to ${head.seal} were removed`);
        }
      }
      return { faults, ...counts, end };
    },
  };
}

function nameOf({ seal, sign_time: time }: AuditHead): string {
  return `signed head of ${time} (seal ${seal})`;
}
