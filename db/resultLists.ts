import type { Sql } from './connection.ts';

/** What one batch of a task did: the ids, and for extracts the samples and generations in the same order. */
export interface ResultChunk {
  readonly ids: string[];
  readonly sampleIds: string[] | null;
  readonly generations: number[] | null;
}

export type ResultLists = ReturnType<typeof createResultLists>;

interface ChunkRow extends ResultChunk {
  readonly partNo: number;
  readonly seq: number;
}

export function createResultLists(db: Sql) {
  return {
    hasChunks: async (taskId: number): Promise<boolean> => {
      const [row] = await db.query<{ some: boolean }>(
        'select exists (select from task_result_chunks where task_id = $1) some',
        [taskId],
      );
      return row?.some === true;
    },

    /** The whole result in the order of its parts and batches; a few batches are in memory at a time. */
    async *chunks(taskId: number): AsyncGenerator<ResultChunk> {
      for (let after: [number, number] = [-1, -1]; ;) {
        const rows = await db.query<ChunkRow>(
          `select part_no "partNo", seq, ids, sample_ids "sampleIds", generations
           from task_result_chunks where task_id = $1 and (part_no, seq) > ($2, $3)
           order by part_no, seq limit 4`,
          [taskId, ...after],
        );
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined) return;
        after = [last.partNo, last.seq];
      }
    },
  };
}
