import type { Candidate, ExtractOutcome } from '../../domain/extract/extraction.ts';
import { DomainError, type ErrorName } from '../../domain/errors.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { Extractors, SampleToExtract } from '../../extraction/extractors.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';

export interface SampleDeps {
  readonly readSample: ImageStore['get'];
  readonly fileOfSample?: ImageStore['fileOf'];
  readonly extractDescriptor: Extractors['describe'];
  readonly tellAttributes: Extractors['tellAttributes'];
}

const ofTheSample = new Set<ErrorName>(['sampleMissing', 'sampleUnreadable', 'sampleKillsExtractor']);

/**
 * One object → its outcome. What is wrong with the sample is an outcome; anything else is thrown. Samples that still
 * wait for an extractor when `left` fires are given up: others' samples wait behind them. `stop` ends only what may
 * take long, a remote extractor's answer.
 */
export function createSampleExtraction(
  deps: SampleDeps,
  content: ExtractContent,
  left: AbortSignal,
  stop: AbortSignal,
) {
  const make = makerOf(deps, content, AbortSignal.any([left, stop]));
  const unlessLeft =
    <Found>(find: () => Found) =>
    (): Found => {
      left.throwIfAborted();
      return find();
    };

  return async ({
    objectId,
    standing,
    sampleId,
    generation,
    storageKey,
  }: Candidate): Promise<ExtractOutcome> => {
    if (standing !== 'lacking') return { kind: standing, objectId };
    try {
      if (sampleId === null || generation === null || storageKey === null) {
        throw new DomainError('sampleMissing', 'the object has no stored sample');
      }
      const { readSample, fileOfSample } = deps;
      const made = await make({
        id: sampleId,
        bytes: unlessLeft(() => readSample(storageKey)),
        ...(fileOfSample && { file: unlessLeft(() => fileOfSample(storageKey)) }),
      });
      return { objectId, sampleId, generation, ...made };
    } catch (error) {
      if (!(error instanceof DomainError) || !ofTheSample.has(error.error)) throw error;
      const file = storageKey === null ? undefined : deps.fileOfSample?.(storageKey);
      return { kind: 'failed', objectId, error: error.error, detail: naming(error.detail, file) };
    }
  };
}

/** Whoever looks at the image has to know where it lies; the store's own errors say it already. */
function naming(detail: string, file: string | undefined): string {
  return file === undefined || detail.includes('.jpg') ? detail : `${detail}: ${file}`;
}

/** What the task makes of a sample. */
function makerOf(deps: SampleDeps, { extraction_target, options }: ExtractContent, signal: AbortSignal) {
  const attributes = extraction_target === 'basic_attributes';
  const version = attributes ? options.attributes_version : options.descriptor_version;
  if (version === undefined) throw new TypeError('the task has no version');
  const kind = extraction_target === 'body_descriptor' ? 'body' : 'face';
  return async (image: Pick<SampleToExtract, 'id' | 'bytes' | 'file'>) => {
    const sample: SampleToExtract = { version, kind, signal, ...image };
    return attributes
      ? { kind: 'attributed' as const, attributes: await deps.tellAttributes(sample) }
      : { kind: 'extracted' as const, descriptor: await deps.extractDescriptor(sample) };
  };
}
