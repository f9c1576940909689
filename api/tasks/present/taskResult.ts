import type { OpenError } from '../../../db/tasks/errorQueries.ts';
import type { ChunkPlace, ResultChunk, UndoSkip } from '../../../db/tasks/resultQueries.ts';
import type { TaskRow } from '../../../db/tasks/taskQueries.ts';
import { isRehearsal } from '../../../domain/gc/gcContent.ts';

const tail = ']}';

/** What of a task's errors its result tells. */
export interface ResultErrors {
  readonly count: number;
  /** The first of them, where the result says why objects would stay. */
  readonly first: readonly OpenError[];
  /** The first objects that an undo has left aside. */
  readonly skips: readonly UndoSkip[];
}

/** The beginning of a result's text; its chunks and an end follow. */
export function resultHead(task: TaskRow, errors: ResultErrors): string {
  const { head, list } = headOf(task, errors);
  return `${JSON.stringify(head).slice(0, -1)},"${list}":[`;
}

function headOf(task: TaskRow, errors: ResultErrors): { head: object; list: string } {
  const { content } = task;
  if ('extraction_target' in content) {
    const head = {
      extraction_target: content.extraction_target,
      descriptor_version: content.options.descriptor_version ?? null,
      extracted_count: task.objectsDone,
      skipped_count: task.objectsSkipped,
      errors_count: errors.count,
    };
    return { head, list: 'objects' };
  }
  const { target } = content;
  if (target === 'undo') {
    const head = {
      ...{ target, of: content.of, objects: content.objects, restored_count: task.objectsDone },
      skipped_count: task.objectsSkipped,
      errors_count: errors.count,
      skipped: errors.skips.map(({ objectId, reason }) => ({ id: objectId, reason })),
    };
    return { head, list: 'restored' };
  }
  if (isRehearsal(content)) {
    const head = {
      ...{ target, rehearsal: true, removed_count: 0, would_remove_count: task.objectsDone },
      would_remove_samples: task.samplesRemoved,
      would_leave_samples: task.samplesLeft,
      errors_count: errors.count,
      would_stay: errors.first.map(({ objectId, errorCode, detail }) => ({
        ...{ id: objectId, error_code: errorCode, detail },
      })),
    };
    return { head, list: 'would_remove' };
  }
  const head = {
    target,
    removed_count: task.objectsDone,
    samples_removed: task.samplesRemoved,
    samples_left: task.samplesLeft,
    origins_removed: task.originsRemoved,
    errors_count: errors.count,
  };
  return { head, list: 'removed' };
}

/** The text of a result, piece by piece: it may list millions of objects. */
export async function* presentTaskResult(
  task: TaskRow,
  head: string,
  chunks: AsyncIterable<ResultChunk>,
): AsyncGenerator<string> {
  yield head;
  let separator = '';
  for await (const chunk of chunks) {
    if (chunk.ids.length === 0) continue;
    yield separator + itemsOf(task, chunk);
    separator = ',';
  }
  yield tail;
}

/**
 * A part of the same text, from one byte to another. All of it is ASCII, and how long a chunk's text is follows from how
 * many ids of 36 characters it has, so the part begins at its own chunk.
 */
export function partOfResult(task: TaskRow, head: string, places: readonly ChunkPlace[]) {
  const ends: number[] = [];
  for (const [index, place] of places.entries()) {
    ends.push((ends.at(-1) ?? head.length) + lengthOf(task, place) + (index === 0 ? 0 : 1));
  }
  const endOfChunks = ends.at(-1) ?? head.length;
  const size = endOfChunks + tail.length;

  async function* textFrom(
    first: number,
    chunksAfter: (place?: ChunkPlace) => AsyncIterable<ResultChunk>,
  ): AsyncGenerator<{ text: string; end: number }> {
    if (first === 0) yield { text: head, end: head.length };
    let index = first;
    for await (const chunk of chunksAfter(places[first - 1])) {
      if (chunk.ids.length === 0) continue;
      const text = (index === 0 ? '' : ',') + itemsOf(task, chunk);
      const end = ends[index] ?? 0;
      const begin = ends[index - 1] ?? head.length;
      if (end - begin !== text.length)
        throw new Error(`chunk ${index} of a result does not have the announced length`);
      yield { text, end };
      index += 1;
    }
    if (index !== places.length) throw new Error('a result has fewer chunks than announced');
    yield { text: tail, end: size };
  }

  return {
    size,
    /** Both ends are meant. */
    async *pieces(
      { start, end: last }: { readonly start: number; readonly end: number },
      chunksAfter: (place?: ChunkPlace) => AsyncIterable<ResultChunk>,
    ): AsyncGenerator<string> {
      const found = start < head.length ? 0 : ends.findIndex((end) => end > start);
      for await (const { text, end } of textFrom(found < 0 ? places.length : found, chunksAfter)) {
        const begin = end - text.length;
        if (end > start) yield text.slice(Math.max(0, start - begin), Math.max(0, last + 1 - begin));
        if (end > last) return;
      }
    },
  };
}

function itemsOf({ content }: TaskRow, chunk: ResultChunk): string {
  const items =
    'extraction_target' in content ? chunk.ids.map((id, index) => extracted(id, index, chunk)) : chunk.ids;
  return JSON.stringify(items).slice(1, -1);
}

const idLength = 36;

function lengthOf({ content }: TaskRow, { count, generationDigits }: ChunkPlace): number {
  const separators = count - 1;
  if (!('extraction_target' in content)) return count * (idLength + '""'.length) + separators;
  const item = '{"id":"","samples":[""],"generation":}'.length + 2 * idLength;
  return count * item + generationDigits + separators;
}

function extracted(id: string, index: number, { sampleIds, generations }: ResultChunk) {
  const sample = sampleIds?.[index];
  return { id, samples: sample === undefined ? [] : [sample], generation: generations?.[index] ?? null };
}
