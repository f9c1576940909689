import type { OpenError } from '../../../db/tasks/errorQueries.ts';
import type { ResultChunk, ResultExtent, ResultQueries, UndoSkip } from '../../../db/tasks/resultQueries.ts';
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
    if (chunk.count === 0) continue;
    yield separator + itemsOf(task, chunk);
    separator = ',';
  }
  yield tail;
}

/**
 * A part of the same text, from one byte to another. All of it is ASCII, and the length of its list follows from the number
 * of objects and the digits of their generations, so the part begins at its own chunk.
 */
export function partOfResult(task: TaskRow, head: string, extent: ResultExtent) {
  const bytesEach = bytesOfObject(task) + 1;
  /** Of these objects, each with its comma. */
  const bytesOf = ({ objects, generationDigits }: ResultExtent): number =>
    objects * bytesEach + generationDigits;
  const endOfList = head.length + Math.max(0, bytesOf(extent) - 1);
  const size = endOfList + tail.length;

  /** From the chunk on that has the byte `start`; each text with the place where it ends. */
  async function* textFrom(
    start: number,
    { placeAt, chunks }: PartQueries,
  ): AsyncGenerator<{ text: string; end: number }> {
    let end = head.length;
    if (start < end) yield { text: head, end };
    if (start < endOfList) {
      const place = start < end ? null : await placeAt(task.taskId, start - end + 1, bytesEach);
      if (place !== null) end += Math.max(0, bytesOf(place.before) - 1);
      for await (const chunk of chunks(task, place ?? undefined)) {
        if (chunk.count === 0) continue;
        const text = (end === head.length ? '' : ',') + itemsOf(task, chunk);
        end += text.length;
        yield { text, end };
      }
      if (end !== endOfList) throw new Error('a result does not have the announced length');
    }
    yield { text: tail, end: size };
  }

  return {
    size,
    /** Both ends are meant. */
    async *pieces(
      { start, end: last }: { readonly start: number; readonly end: number },
      queries: PartQueries,
    ): AsyncGenerator<string> {
      for await (const { text, end } of textFrom(start, queries)) {
        const begin = end - text.length;
        if (end > start) yield text.slice(Math.max(0, start - begin), Math.max(0, last + 1 - begin));
        if (end > last) return;
      }
    },
  };
}

type PartQueries = Pick<ResultQueries, 'placeAt' | 'chunks'>;

/** Ids are taken as text, and not one by one: parsing them took five times as long as PostgreSQL took to send them. */
function itemsOf({ content }: TaskRow, { ids, sampleIds, generations }: ResultChunk): string {
  if (!('extraction_target' in content)) return `"${ids.replaceAll(',', '","')}"`;
  const [samples, numbers] = [sampleIds?.split(',') ?? [], generations?.split(',') ?? []];
  return ids
    .split(',')
    .map((id, index) => {
      const sample = samples[index] === undefined ? '' : `"${samples[index]}"`;
      return `{"id":"${id}","samples":[${sample}],"generation":${numbers[index] ?? 'null'}}`;
    })
    .join(',');
}

const idLength = 36;

/** Without its generation and the comma after it. */
function bytesOfObject({ content }: TaskRow): number {
  if (!('extraction_target' in content)) return idLength + '""'.length;
  return '{"id":"","samples":[""],"generation":}'.length + 2 * idLength;
}
