import {
  keepsAside,
  removesSamples,
  type GcContent,
  type RemovalContent,
} from '../../domain/gc/gcContent.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';

/** Tables that a gc removes rows of: the objects' own first, then what hangs on them, and each one's owner column. */
const tables: Readonly<
  Record<RemovalContent['target'], readonly (readonly [table: string, owner: string])[]>
> = {
  faces: [
    ['faces', 'face_id'],
    ['attributes', 'face_id'],
    ['list_faces', 'face_id'],
    ['face_descriptors', 'face_id'],
    ['image_origins', 'owner_id'],
  ],
  events: [
    ['events', 'event_id'],
    ['event_descriptors', 'event_id'],
    ['image_origins', 'owner_id'],
  ],
  face_descriptors: [['face_descriptors', 'face_id']],
  event_descriptors: [['event_descriptors', 'event_id']],
  samples: [['samples', 'owner_id']],
};

/** Whose rows go with an object in any case; of image origins it is asked what becomes of them. */
export function childTables(
  target: RemovalContent['target'],
): readonly (readonly [table: string, owner: string])[] {
  return tables[target].slice(1).filter(([table]) => table !== 'image_origins');
}

/** All tables that a gc of the target removes rows of, and each one's owner column. */
export function tablesOf(
  target: RemovalContent['target'],
): readonly (readonly [table: string, owner: string])[] {
  return tables[target];
}

/** The table that keeps what task `taskId` has removed of `table`; migration 0036 makes it. */
export function asideTable(taskId: number, table: string): string {
  if (!Number.isSafeInteger(taskId) || !/^[a-z_]+$/.test(table)) throw new TypeError(`${taskId} ${table}`);
  return `aside_${taskId}_${table}`;
}

/** Where a gc's objects themselves are kept. */
export function asideOf(taskId: number, objects: RemovalContent['target']): { table: string; owner: string } {
  const [[table, owner]] = tables[objects] as [readonly [string, string]];
  return { table: asideTable(taskId, table), owner };
}

/** The statement that removes rows, and keeps them where the task has an undo window; it counts them either way. */
export function removalOf(
  part: ClaimedPart,
  content: GcContent,
  { from, where }: { readonly from: string; readonly where: string },
): string {
  if (!keepsAside(content)) return `delete from ${from} where ${where}`;
  const [table = '', alias = table] = from.split(' ');
  return `with gone as (delete from ${from} where ${where} returning ${alias}.*)
    insert into ${asideTable(part.task.taskId, table)} select * from gone`;
}

/** The statement that removes rows which hang on the objects; it answers how many: of descriptors by version. */
export function childRemovalOf(
  part: ClaimedPart,
  content: GcContent,
  { table, where }: { readonly table: string; readonly where: string },
): string {
  const version = table.endsWith('_descriptors') ? 'descriptor_version' : '0';
  const counted = `select ${version} version, count(*) rows from gone group by 1`;
  if (!keepsAside(content)) {
    return `with gone as (delete from ${table} where ${where} returning ${version}${version === '0' ? ' as nothing' : ''}) ${counted}`;
  }
  return `with gone as (delete from ${table} where ${where} returning *),
      kept as (insert into ${asideTable(part.task.taskId, table)} select * from gone)
    ${counted}`;
}

/** Makes the tables of a new gc with an undo window, in the transaction that makes the gc. */
export async function makeAside(
  tx: Sql,
  taskId: number,
  content: RemovalContent,
  keptForMs: number,
): Promise<void> {
  const wanted = tables[content.target].map(([table]) => table);
  const withSamples =
    removesSamples(content) && content.target !== 'samples' ? [...wanted, 'samples'] : wanted;
  await tx.query('select make_aside($1, $2)', [taskId, withSamples]);
  await tx.query('insert into undo_windows (task_id, kept_for) values ($1, make_interval(secs => $2))', [
    taskId,
    keptForMs / 1_000,
  ]);
}

/** Before the first part of a task about what is kept aside is cut: what finds rows there, in minutes for the largest. */
export async function indexAside(tx: Sql, task: EngineTask): Promise<void> {
  if (task.kind !== 'gc' || task.planCursor !== null) return;
  const { content } = task;
  if (content.target !== 'undo' && content.target !== 'purge') return;
  await tx.query('select index_aside($1)', [content.of]);
}

export interface AsideTable {
  readonly original: string;
  readonly aside: string;
  readonly owner: string;
  /** As the table has them: the original may have got others since. */
  readonly columns: string;
}

/** What there is of a gc, the objects' own table first. */
export async function asideTables(
  tx: Pick<Sql, 'query'>,
  taskId: number,
  objects: RemovalContent['target'],
): Promise<AsideTable[]> {
  const possible = [...tables[objects], ...(objects === 'samples' ? [] : [['samples', 'owner_id'] as const])];
  const rows = await tx.query<AsideTable>(
    `select original, aside, owner, (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute a
         where a.attrelid = to_regclass(aside) and a.attnum > 0 and not a.attisdropped) as columns
     from unnest($1::text[], $2::text[], $3::text[]) with ordinality t (original, aside, owner, place)
     where to_regclass(aside) is not null order by place`,
    [
      possible.map(([table]) => table),
      possible.map(([table]) => asideTable(taskId, table)),
      possible.map(([, owner]) => owner),
    ],
  );
  return rows;
}
