import { objectsOf } from '../../../domain/gc/gcContent.ts';
import type { TaskWork } from '../../../domain/tasks/engineTask.ts';
import { createBinds, type Binds } from '../../sql/conditions.ts';
import type { Sql } from '../../sql/connection.ts';
import { everything } from '../keyRange.ts';
import { selectionOf, type Selection } from '../selection.ts';

export interface PreviewLimits {
  /** So many objects are counted; more are estimated. */
  readonly exactUpTo: number;
  /** How long counting may take. */
  readonly countMs: number;
  /** How long each other question may take. */
  readonly questionMs: number;
}

/** What a task would do, and the transaction in which that is looked at. */
export interface PreviewedWork {
  readonly tx: Sql;
  readonly work: TaskWork;
  /** The objects that were there at this time, as SQL reads it; null: that are there now. */
  readonly at: string | null;
  readonly limits: PreviewLimits;
}

export type Target = 'faces' | 'events' | 'face_descriptors' | 'event_descriptors' | 'samples';

export function targetOf({ work }: PreviewedWork): Target {
  return work.kind === 'gc' ? objectsOf(work.content) : work.content.filters.objects_type;
}

/** The same pieces of SQL that would plan and do it. */
export function select({ work, at }: PreviewedWork): { selection: Selection; binds: Binds } {
  const binds = createBinds();
  // PostgreSQL reads this word as the beginning of the transaction.
  const task = { ...work, upperBound: at ?? 'now', isDefaultRemoved: false };
  return { selection: selectionOf(task, everything, binds), binds };
}
