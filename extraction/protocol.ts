import type { ExtractorKind } from './catalogue.ts';
import type { Extracted } from './extractor.ts';

/** Parent → child: take this sample. Bytes travel binary (structured clone), not as JSON. */
export interface RunMessage {
  readonly seq: number;
  readonly version: number;
  readonly kind: ExtractorKind;
  readonly bytes: Uint8Array;
  readonly attributes: boolean;
}

/** Child → parent. `started` is sent right before the model runs: who dies then has died of that sample. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly seq: number }
  | { readonly type: 'done'; readonly seq: number; readonly extracted: Extracted; readonly seconds: number }
  | { readonly type: 'unreadable'; readonly seq: number; readonly detail: string }
  | { readonly type: 'failed'; readonly seq: number; readonly detail: string };
