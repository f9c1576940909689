import type { ExtractContent } from '../../domain/tasks/extractContent.ts';
import type { GcContent } from '../../domain/tasks/gcContent.ts';

export interface ResultToShow {
  readonly content: GcContent | ExtractContent;
  readonly objectsDone: number;
  readonly objectsSkipped: number;
  readonly samplesRemoved: number;
  readonly samplesLeft: number;
  readonly originsRemoved: number;
}

export interface ChunkToShow {
  readonly ids: readonly string[];
  readonly sampleIds: readonly string[] | null;
  readonly generations: readonly number[] | null;
}

/** The text of a result, piece by piece: it may list millions of objects. */
export async function* presentTaskResult(
  task: ResultToShow,
  errorsCount: number,
  chunks: AsyncIterable<ChunkToShow>,
): AsyncGenerator<string> {
  const { content } = task;
  const isExtract = 'extraction_target' in content;
  const head = isExtract
    ? {
        extraction_target: content.extraction_target,
        descriptor_version: content.options.descriptor_version ?? null,
        extracted_count: task.objectsDone,
        skipped_count: task.objectsSkipped,
        errors_count: errorsCount,
      }
    : {
        target: content.target,
        removed_count: task.objectsDone,
        samples_removed: task.samplesRemoved,
        samples_left: task.samplesLeft,
        origins_removed: task.originsRemoved,
        errors_count: errorsCount,
      };
  yield `${JSON.stringify(head).slice(0, -1)},"${isExtract ? 'objects' : 'removed'}":[`;
  let separator = '';
  for await (const chunk of chunks) {
    if (chunk.ids.length === 0) continue;
    const items = isExtract ? chunk.ids.map((id, index) => extracted(id, index, chunk)) : chunk.ids;
    yield separator + JSON.stringify(items).slice(1, -1);
    separator = ',';
  }
  yield ']}';
}

function extracted(id: string, index: number, { sampleIds, generations }: ChunkToShow) {
  const sample = sampleIds?.[index];
  return { id, samples: sample === undefined ? [] : [sample], generation: generations?.[index] ?? null };
}
