import { DomainError } from '../../domain/errors.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';

/** What one batch of a task did: the ids, and for extracts the samples and generations in the same order. */
export interface ResultChunk {
  readonly ids: string[];
  readonly sampleIds: string[] | null;
  readonly generations: number[] | null;
}

/** Where a chunk stands in its result, and what its length follows from. */
export interface ChunkPlace {
  readonly partNo: number;
  readonly seq: number;
  readonly count: number;
  /** Digits of all its generations together. */
  readonly generationDigits: number;
}

export interface UndoSkip {
  readonly objectId: string;
  readonly reason: string;
}

const skipsAtMost = 1_000;

export type ResultQueries = ReturnType<typeof createResultQueries>;

interface ChunkRow extends ResultChunk {
  readonly partNo: number;
  readonly seq: number;
}

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

    /** All chunks, in their order. The ids themselves are not read. */
    places: (taskId: number): Promise<ChunkPlace[]> =>
      db.query(
        `select part_no "partNo", seq, count,
           (select coalesce(sum(length(g::text)), 0)::integer from unnest(generations) g) "generationDigits"
         from task_result_chunks where task_id = $1 and count > 0 order by part_no, seq`,
        [taskId],
      ),

    /**
     * The result in the order of its parts and batches, from what follows `place` on; a few batches are in memory at a
     * time.
     * @throws DomainError resultGone when the task was deleted or retried in the meantime: what came is not the whole
     */
    async *chunks(
      { taskId, generation }: TaskRef,
      place: Pick<ChunkPlace, 'partNo' | 'seq'> = { partNo: -1, seq: -1 },
    ): AsyncGenerator<ResultChunk> {
      for (let after = place; ;) {
        const rows = await db.query<ChunkRow>(
          `select part_no "partNo", seq, ids, sample_ids "sampleIds", generations
           from task_result_chunks where task_id = $1 and (part_no, seq) > ($2, $3)
           order by part_no, seq limit 4`,
          [taskId, after.partNo, after.seq],
        );
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last;
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
