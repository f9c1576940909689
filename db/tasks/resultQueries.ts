import { DomainError } from '../../domain/errors.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';

/** What one batch of a task did: ids, comma-separated; for extracts the samples and generations in the same order. */
export interface ResultChunk {
  readonly count: number;
  readonly ids: string;
  readonly sampleIds: string | null;
  readonly generations: string | null;
}

/** What the length of a result's list, or of its beginning, follows from. */
export interface ResultExtent {
  readonly objects: number;
  /** Digits of all their generations together. */
  readonly generationDigits: number;
}

interface ChunkKey {
  readonly partNo: number;
  readonly seq: number;
}

export interface ChunkPlace extends ChunkKey {
  /** What precedes it in the result. */
  readonly before: ResultExtent;
}

export interface UndoSkip {
  readonly objectId: string;
  readonly reason: string;
}

const skipsAtMost = 1_000;

export type ResultQueries = ReturnType<typeof createResultQueries>;

type ChunkRow = ResultChunk & ChunkKey;

// Of ids in memory at a time, unless one batch has more.
const idsAtOnce = 10_000;
const digits = `coalesce(length(array_to_string(generations, '')), 0)`;

export function createResultQueries(db: Sql) {
  return {
    hasChunks: async (taskId: number): Promise<boolean> => {
      const [row] = await db.query<{ some: boolean }>(
        'select exists (select from task_result_chunks where task_id = $1) some',
        [taskId],
      );
      return row?.some === true;
    },

    /** The first objects that an undo has left aside, and why. */
    firstSkips: (taskId: number): Promise<UndoSkip[]> =>
      db.query<UndoSkip>(
        `select object_id "objectId", reason from undo_skips where task_id = $1
         order by object_id limit ${skipsAtMost}`,
        [taskId],
      ),

    /** The ids themselves are not read. */
    extent: async (taskId: number): Promise<ResultExtent> => {
      const [row] = await db.query<ResultExtent>(
        `select coalesce(sum(count), 0)::bigint objects, coalesce(sum(${digits}), 0)::bigint "generationDigits"
         from task_result_chunks where task_id = $1`,
        [taskId],
      );
      return row ?? { objects: 0, generationDigits: 0 };
    },

    /** The chunk that has the byte `position` of the list, if an object has `bytesEach` without the digits of its generation. */
    placeAt: async (taskId: number, position: number, bytesEach: number): Promise<ChunkPlace | null> => {
      const [row] = await db.query<ChunkKey & ResultExtent>(
        `select part_no "partNo", seq, objects - count as objects, digits - own_digits as "generationDigits" from (
           select part_no, seq, count, own_digits,
             (sum(count) over w)::bigint objects, (sum(own_digits) over w)::bigint digits
           from (select part_no, seq, count, ${digits} own_digits from task_result_chunks
             where task_id = $1 and count > 0) chunks
           window w as (order by part_no, seq)
         ) ends where objects * $3::bigint + digits > $2::bigint order by part_no, seq limit 1`,
        [taskId, position, bytesEach],
      );
      if (row === undefined) return null;
      const { partNo, seq, ...before } = row;
      return { partNo, seq, before };
    },

    /**
     * The result in the order of its parts and batches, from a chunk on; a few batches are in memory at a time.
     * @throws DomainError resultGone when the task was deleted or retried in the meantime: what came is not the whole
     */
    async *chunks({ taskId, generation }: TaskRef, from?: ChunkKey): AsyncGenerator<ResultChunk> {
      let [{ partNo, seq }, sign] = [from ?? { partNo: -1, seq: -1 }, '>='];
      for (;;) {
        const rows = await db.query<ChunkRow>(
          `select part_no "partNo", seq, count, array_to_string(ids, ',') ids,
             array_to_string(sample_ids, ',') "sampleIds", array_to_string(generations, ',') generations
           from (
             select *, sum(count) over (order by part_no, seq) through from (
               select * from task_result_chunks where task_id = $1 and (part_no, seq) ${sign} ($2, $3)
               order by part_no, seq limit 200
             ) next
           ) near where through - count < ${idsAtOnce} order by part_no, seq`,
          [taskId, partNo, seq],
        );
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined) break;
        ({ partNo, seq } = last);
        sign = '>';
      }
      // It goes as a whole, in one transaction: whoever sees it afterwards has missed nothing.
      const left = await db.query('select from tasks where task_id = $1 and generation = $2', [
        ...[taskId, generation],
      ]);
      if (left.length === 0) {
        throw new DomainError('resultGone', `task ${taskId} was deleted or retried in the meantime`);
      }
    },
  };
}
