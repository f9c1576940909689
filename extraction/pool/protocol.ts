import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { ExtractorKind } from '../catalogue.ts';

/** What is to be made of a sample; without the descriptor, attributes are cheaper. */
export type Wanted = 'descriptor' | 'attributes' | 'both';

/** What was made: as much as was wanted. */
export interface Made {
  readonly descriptor?: Float32Array;
  readonly attributes?: BasicAttributes;
}

/** Parent → child: take this sample. Bytes travel binary (structured clone), not as JSON. */
export interface RunMessage {
  readonly seq: number;
  readonly version: number;
  readonly kind: ExtractorKind;
  readonly bytes: Uint8Array;
  readonly wanted: Wanted;
}

/** Child → parent. `started` is sent right before the model runs: who dies then has died of that sample. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly seq: number }
  | { readonly type: 'done'; readonly seq: number; readonly made: Made; readonly seconds: number }
  | { readonly type: 'unreadable'; readonly seq: number; readonly detail: string }
  | { readonly type: 'failed'; readonly seq: number; readonly detail: string };
