import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import { isRehearsal, keepsAside, type GcContent, type PurgeContent } from '../../domain/gc/gcContent.ts';
import { lastKey, type ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { asideTables, type AsideTable } from '../gc/aside.ts';
import { truncate } from '../sql/truncate.ts';
import { emptyDays, type EmptiedDays } from '../gc/wholeDays.ts';
import type { Cut } from './partCut.ts';
import { isTransient, sqlStateOf, sqlStates } from '../sql/transientErrors.ts';

/** `busy`: somebody reads or writes the partition; `mixed`: it holds rows that the task does not select. */
export type Emptying = (EmptiedDays & { readonly kind: 'emptied' }) | { readonly kind: 'busy' | 'mixed' };

// Writers that come meanwhile wait behind us as long. Autovacuum gives way to whoever has waited for a second.
const lockTimeout = `set local lock_timeout = '1500ms'`;

/** A gc of descriptors as one part, when it selects a whole partition and nobody wants to know what was in it; else null. */
export async function cutWhole(tx: Sql, task: EngineTask): Promise<Cut | null> {
  if (task.kind !== 'gc' || task.planCursor !== null || task.content.store_results) return null;
  if (task.content.target === 'purge') return cutAside(tx, task.content);
  if (isRehearsal(task.content) || keepsAside(task.content)) return null;
  const partition = await findPartition(tx, task.content);
  if (partition === null) return null;
  const { all, others } = await inspect(tx, partition, task.content, task.upperBound);
  if (all === 0 || others) return null;
  return wholeCut(all);
}

/** What is kept aside goes as a whole with the end of its purge, unless files of it are to be removed first. */
async function cutAside(tx: Sql, { of, objects }: PurgeContent): Promise<Cut | null> {
  const tables = await asideTables(tx, of, objects);
  const count = tables.some(({ original }) => original === 'samples') ? 0 : await countAside(tx, tables);
  return count === 0 ? null : wholeCut(count);
}

async function countAside(tx: Sql, [main]: readonly AsideTable[]): Promise<number> {
  if (main === undefined) return 0;
  const [row] = await tx.query<{ count: number }>(`select count(*) from ${main.aside}`);
  return row?.count ?? 0;
}

function wholeCut(objects: number): Cut {
  return {
    bounds: [{ toKey: lastKey, objects, keys: null }],
    ...{ cursor: lastKey, isLast: true, isSparse: false, isWhole: true },
  };
}

/**
 * Empties the part's partition, inside the batch's transaction: what it holds is counted and removed under one lock,
 * so nothing slips in between, and a batch that does not commit has removed nothing. Readers wait only for the end of
 * it, not while it counts (docs/decisions/0013).
 */
export async function emptyPartition(tx: Sql, part: ClaimedPart, content: GcContent): Promise<Emptying> {
  if (content.target === 'purge') {
    const tables = await asideTables(tx, content.of, content.objects);
    return { kind: 'emptied', ...rowsAlone(await countAside(tx, tables)) };
  }
  await tx.query('savepoint emptying');
  try {
    await tx.query(lockTimeout);
    const emptied =
      content.target === 'events'
        ? await emptyDays(tx, part, content)
        : await emptyVersion(tx, content, part.task.upperBound);
    await tx.query(`${emptied === null ? 'rollback to' : 'release'} savepoint emptying`);
    return emptied === null ? { kind: 'mixed' } : { kind: 'emptied', ...emptied };
  } catch (error) {
    // The role's own limit of time: by rows it may pass.
    const isSlow = sqlStateOf(error) === sqlStates.queryCanceled;
    if (!isSlow && !isTransient(error)) throw error;
    await tx.query('rollback to savepoint emptying');
    return { kind: isSlow ? 'mixed' : 'busy' };
  }
}

async function emptyVersion(tx: Sql, content: GcContent, upperBound: string): Promise<EmptiedDays | null> {
  const partition = await findPartition(tx, content);
  if (partition === null) return null;
  await tx.query(`lock table ${partition} in share mode`);
  const { all, others } = await inspect(tx, partition, content, upperBound);
  if (others) return null;
  await truncate(tx, [partition]);
  return rowsAlone(all);
}

function rowsAlone(removed: number): EmptiedDays {
  return { removed, chunks: 0, samplesRemoved: 0, samplesLeft: 0, files: 0 };
}

/** The partition that holds the version of a gc of descriptors and no other; its name is ready for SQL. */
async function findPartition(tx: Sql, content: GcContent): Promise<string | null> {
  if (content.target !== 'face_descriptors' && content.target !== 'event_descriptors') return null;
  const [row] = await tx.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and pg_get_expr(c.relpartbound, c.oid) = $2`,
    [content.target, `FOR VALUES IN (${content.filters.descriptor_version})`],
  );
  return row?.name ?? null;
}

/** How many rows a partition holds, and whether some of them are not the task's. */
async function inspect(
  tx: Sql,
  partition: string,
  content: GcContent,
  upperBound: string,
): Promise<{ all: number; others: boolean }> {
  const otherType = content.target === 'event_descriptors' ? 'or descriptor_type <> $2' : '';
  const [row] = await tx.query<{ all: number; others: boolean }>(
    `select count(*) as "all", coalesce(bool_or(create_time >= $1::timestamptz ${otherType}), false) as others
     from ${partition}`,
    [upperBound, ...(content.target === 'event_descriptors' ? [content.filters.descriptor_type] : [])],
  );
  if (row === undefined) throw new Error('an aggregate answered no row');
  return row;
}
