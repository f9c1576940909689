import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import type { Holdings } from '../../imagestore/holdings.ts';
import { joinHeld, type HeldPair } from './joinHeld.ts';

export interface CopyCounts {
  /** Of FROM, seen so far. */
  seen: number;
  copied: number;
  bytes: number;
  /** In both, and the same. */
  same: number;
  /** In both, newer in FROM: FROM's is in TO now. */
  replaced: number;
  /** Listed in FROM, and removed there before they could be copied. */
  removed: number;
  onlyInTo: number;
  /** What keeps TO from being a copy, by key. */
  readonly faults: Map<string, string>;
}

export interface CopyOptions {
  /** Compare also what has the same size and is older than the copy, by its content. */
  readonly verify: boolean;
  readonly atOnce: number;
  readonly onProgress: (counts: CopyCounts) => void;
}

// Clocks of the two may differ by less than this.
const surelyOlderMs = 900_000;

/**
 * Copies what TO lacks, and what is newer in FROM; each copy is read back and compared by its hash. Keeps no notes: what a
 * killed one has copied is found in TO. Takes nothing out of TO.
 */
export async function copyImages(from: Holdings, to: Holdings, options: CopyOptions): Promise<CopyCounts> {
  const counts: CopyCounts = {
    ...{ seen: 0, copied: 0, bytes: 0, same: 0, replaced: 0, removed: 0, onlyInTo: 0 },
    faults: new Map(),
  };

  const copy = async (key: string): Promise<boolean> => {
    const bytes = await from.images.get(key);
    await to.images.put(key, bytes);
    if (hashOf(await to.images.get(key)) !== hashOf(bytes)) {
      counts.faults.set(key, 'is not the same when it is read back');
      return false;
    }
    counts.bytes += bytes.length;
    return true;
  };

  const settle = async ({ key, from: one, to: other }: HeldPair): Promise<void> => {
    if (one === null) {
      counts.onlyInTo += 1;
      return;
    }
    counts.seen += 1;
    try {
      if (other === null) {
        if (await copy(key)) counts.copied += 1;
        return;
      }
      const isSurelyCopy =
        one.size === other.size && other.modified.getTime() - one.modified.getTime() > surelyOlderMs;
      if ((isSurelyCopy && !options.verify) || (await areSame(from, to, key))) counts.same += 1;
      else if (one.modified > other.modified) {
        if (await copy(key)) counts.replaced += 1;
      } else counts.faults.set(key, 'is another image in TO, and not older there: it is left as it is');
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.error === 'sampleMissing') counts.removed += 1;
      else if (error.error === 'sampleUnreadable') counts.faults.set(key, error.detail);
      else throw error;
    }
  };

  let some: HeldPair[] = [];
  const settleSome = async (): Promise<void> => {
    await Promise.all(some.map(settle));
    some = [];
    options.onProgress(counts);
  };
  for await (const pair of joinHeld(from.list(), to.list())) {
    some.push(pair);
    if (some.length >= options.atOnce) await settleSome();
  }
  await settleSome();
  return counts;
}

async function areSame(from: Holdings, to: Holdings, key: string): Promise<boolean> {
  const [one, other] = await Promise.all([from.images.get(key), to.images.get(key)]);
  return one.equals(other);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
