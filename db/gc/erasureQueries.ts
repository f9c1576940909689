import type { ErasureCheck, Left } from '../../domain/gc/certificate.ts';
import { keepsSamples, type RemovalContent } from '../../domain/gc/gcContent.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { gcSelection } from '../selection/selection.ts';
import { everything } from '../selection/keyRange.ts';
import { asideTables, tablesOf } from './aside.ts';

export interface RemovedOfTask {
  readonly taskId: number;
  readonly content: RemovalContent;
  /** Of the gc that ended its undo window. */
  readonly purgeTask: number | null;
}

export type ErasureQueries = ReturnType<typeof createErasureQueries>;

// The rest of a larger result is passed over evenly: all of this takes some seconds.
const checkedAtMost = 200_000;
const countedAtMost = 1_000;

/** What was removed by a gc, and whether anything of it is left. */
export function createErasureQueries(db: Sql) {
  return {
    removedRows: (taskId: number) =>
      db.query<{ kind: string; version: number; rows: number }>(
        `select kind, version, sum(rows)::bigint rows from removed_rows where task_id = $1
         group by kind, version order by kind, version`,
        [taskId],
      ),

    /** By the ids of its result, as many as can be looked up in some seconds; by its filters if no result was kept. */
    checkTask: async (of: RemovedOfTask): Promise<ErasureCheck> => {
      const places = await db.query<{ partNo: number; seq: number; count: number }>(
        `select part_no "partNo", seq, count from task_result_chunks where task_id = $1 and count > 0
         order by part_no, seq`,
        [of.taskId],
      );
      const all = places.reduce((sum, { count }) => sum + count, 0);
      const left = await leftOfTask(db, of, null);
      if (all === 0)
        return { method: 'filters', checked: 0, of: 0, left: [...(await matching(db, of)), ...left] };
      const every = Math.ceil(all / checkedAtMost);
      const found = new Map<string, number>();
      let checked = 0;
      for (const { partNo, seq } of places.filter((_, at) => at % every === 0)) {
        const [chunk] = await db.query<{ ids: string[] }>(
          'select ids from task_result_chunks where task_id = $1 and part_no = $2 and seq = $3',
          [of.taskId, partNo, seq],
        );
        const ids = chunk?.ids ?? [];
        checked += ids.length;
        for (const { what, count } of await leftOfIds(db, of.content, ids)) {
          found.set(what, (found.get(what) ?? 0) + count);
        }
      }
      return {
        ...{ method: 'ids', checked, of: all },
        left: [...[...found].map(([what, count]) => ({ what, count })), ...left],
      };
    },

    checkObject: async (of: RemovedOfTask, objectId: string): Promise<ErasureCheck> => ({
      ...{ method: 'ids', checked: 1, of: 1 },
      left: [
        ...(await leftOfIds(db, of.content, [objectId])),
        ...(await namedBy(db, of.content, objectId)),
        ...(await leftOfTask(db, of, objectId)),
      ],
    }),
  };
}

/** Rows of the tables that the gc removes from. */
async function leftOfIds(db: Sql, content: RemovalContent, ids: readonly string[]): Promise<Left[]> {
  const withSamples = content.target !== 'samples' && 'remove_samples' in content && !keepsSamples(content);
  const tables = [...tablesOf(content.target), ...(withSamples ? [['samples', 'owner_id'] as const] : [])];
  const binds = createBinds([ids]);
  const counts = tables.map(([table, owner]) => {
    const version = versionConditions(content, table, binds);
    const conditions = [`${owner} = any($1::uuid[])`, ...version];
    return `(select count(*) from ${table} where ${conditions.join(' and ')}) "rows in ${table}"`;
  });
  const [row] = await db.query<Record<string, number>>(`select ${counts.join(', ')}`, binds.values);
  return Object.entries(row ?? {}).map(([what, count]) => ({ what, count }));
}

/** A gc of descriptors removes those of one version. */
function versionConditions(
  content: RemovalContent,
  table: string,
  binds: ReturnType<typeof createBinds>,
): string[] {
  if (content.target !== table) return [];
  if (content.target !== 'face_descriptors' && content.target !== 'event_descriptors') return [];
  const version = `descriptor_version = ${binds.add(content.filters.descriptor_version)}::integer`;
  return content.target === 'face_descriptors'
    ? [version]
    : [version, `descriptor_type = ${binds.add(content.filters.descriptor_type)}::text`];
}

/** An event of the same person is another object: it is told, because a picture of the person may belong to it. */
async function namedBy(db: Sql, content: RemovalContent, objectId: string): Promise<Left[]> {
  if (content.target !== 'faces') return [];
  const [row] = await db.query<{ count: number }>('select count(*) from events where face_id = $1', [
    objectId,
  ]);
  return [{ what: 'events that name the face', count: row?.count ?? 0 }];
}

/** Objects that the same filters select, which would be removed by the same task again. */
async function matching(db: Sql, { taskId, content }: RemovedOfTask): Promise<Left[]> {
  const [task] = await db.query<{ upperBound: string }>(
    'select upper_bound::text "upperBound" from tasks where task_id = $1',
    [taskId],
  );
  const binds = createBinds();
  const { from, conditions } = gcSelection(content, task?.upperBound ?? '', everything, binds);
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const [row] = await db.query<{ count: number }>(
    `select count(*) from (select from ${from} ${where} limit ${countedAtMost}) matching`,
    binds.values,
  );
  return [
    { what: `objects that match its filters (counted up to ${countedAtMost})`, count: row?.count ?? 0 },
  ];
}

/** What waits to be removed, resists, or can still be put back. */
async function leftOfTask(
  db: Sql,
  { taskId, content, purgeTask }: RemovedOfTask,
  objectId: string | null,
): Promise<Left[]> {
  const [row] = await db.query<{ pending: number; refused: number; origins: number; errors: number }>(
    `select
       (select count(*) from sample_tombstones where task_id = any($1) and state = 'pending' and ($2::uuid is null or object_id = $2)) pending,
       (select count(*) from sample_tombstones where task_id = any($1) and state = 'refused' and ($2::uuid is null or object_id = $2)) refused,
       (select count(*) from origin_removals where task_id = any($1) and ($2::uuid is null or object_id = $2)) origins,
       (select count(*) from task_errors where task_id = any($1) and overcome_time is null and ($2::uuid is null or object_id = $2)) errors`,
    [[taskId, ...(purgeTask === null ? [] : [purgeTask])], objectId],
  );
  const aside = await asideTables(db, taskId, content.target);
  const kept = await Promise.all(
    aside.map(async ({ original, aside: table, owner }): Promise<Left> => {
      const [counted] = await db.query<{ count: number }>(
        objectId === null
          ? `select count(*) from (select from ${table} limit ${countedAtMost}) counted`
          : `select count(*) from ${table} where ${owner} = $1`,
        objectId === null ? [] : [objectId],
      );
      const limit = objectId === null ? ` (counted up to ${countedAtMost})` : '';
      return { what: `rows of ${original} that an undo can restore${limit}`, count: counted?.count ?? 0 };
    }),
  );
  return [
    { what: 'pictures that are still to be deleted', count: row?.pending ?? 0 },
    { what: 'pictures that could not be deleted yet', count: row?.refused ?? 0 },
    { what: 'image origins that are still at their URLs', count: row?.origins ?? 0 },
    { what: 'objects with an error', count: row?.errors ?? 0 },
    ...kept,
  ];
}
