import type { TaskWork } from '../../../domain/tasks/engineTask.ts';
import type { PreviewObject } from '../../../domain/tasks/preview.ts';
import type { Sql } from '../../sql/connection.ts';
import { countObjects, findObjects, showObjects } from './previewedObjects.ts';
import type { PreviewedWork } from './previewedWork.ts';

/** What a removal selects at one moment, as an approver sees it. */
export interface RemovalLook {
  readonly count: number;
  /** Whether they were counted; otherwise the count is what is to be expected. */
  readonly isExact: boolean;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  readonly sample: readonly PreviewObject[];
}

export interface LookLimits {
  /** So many are counted while a few are picked out. */
  readonly exactUpTo: number;
  readonly countMs: number;
  /** For counting all of them, if they are more. */
  readonly countAllMs: number;
}

const questionMs = 100;

/**
 * Looks at what a task removes, inside the caller's transaction, which goes on. `upperBound`: as the task has it, with
 * its microseconds; null: the transaction's beginning.
 */
export async function lookAtRemoval(
  tx: Sql,
  work: TaskWork,
  upperBound: string | null,
  { exactUpTo, countMs, countAllMs }: LookLimits,
): Promise<RemovalLook> {
  await tx.query('set local jit = off');
  const previewed: PreviewedWork = { tx, work, at: upperBound, limits: { exactUpTo, countMs, questionMs } };
  const { keys, ...found } = await findObjects(previewed);
  const all = found.isExact || countAllMs === 0 ? null : await countObjects(previewed, countAllMs);
  const counted = all === null ? found : { ...found, count: all, isExact: true };
  return { ...counted, sample: await showObjects(previewed, keys) };
}
