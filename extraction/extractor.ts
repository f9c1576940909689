import type { BasicAttributes } from '../domain/extract/extraction.ts';
import type { ExtractorEntry } from './catalogue.ts';

/** Interleaved RGB, 0..255, rows top-down, exactly as large as the network wants it. */
export interface Pixels {
  readonly data: Uint8Array | Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface Extracted {
  /** Of Euclidean length 1. */
  readonly descriptor: Float32Array;
  readonly attributes?: BasicAttributes;
}

export interface InferOptions {
  /** Also run the networks for age, gender and emotions, where the extractor has them. */
  readonly attributes?: boolean;
}

/**
 * A loaded network. `decode` works in libuv's threads and may overlap with `infer`, which holds the thread and
 * must be called once at a time.
 */
export interface Model {
  /** The crop of an aligned warp (extraction/pictures/warp.ts) that the network wants; rejects on an unreadable image. */
  decode(jpeg: Uint8Array): Promise<Pixels>;
  infer(pixels: Pixels, options?: InferOptions): Promise<Extracted>;
  /** Age, gender and emotions alone, for less than with the descriptor; extractors with `attributes` have it. */
  tellAttributes?(pixels: Pixels): Promise<BasicAttributes>;
}

export interface Extractor extends ExtractorEntry {
  load(): Promise<Model>;
}
