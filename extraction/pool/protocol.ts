import type { MadeOrFault, Wish } from '../extractor.ts';
import type { PreparedNetwork } from '../catalogue/network.ts';
import type { Tensors } from '../catalogue/tensors.ts';

/** Its bytes, or the file that has them. */
export type Image = Uint8Array | string;

/** Parent → child: first the networks, then batches. Bytes travel binary (structured clone), not as JSON. */
export type ParentMessage =
  | { readonly type: 'networks'; readonly networks: readonly PreparedNetwork[] }
  | ({ readonly type: 'run'; readonly seq: number; readonly images: readonly Image[] } & Wish)
  /** Opens the file of a network, whatever its entry says of it. */
  | ({ readonly type: 'load'; readonly seq: number } & Wish);

/** What was made of an image, or that its file cannot be read here: whoever knows why is to be asked. */
export type Answer = MadeOrFault | 'unread';

/** Child → parent. `started` is sent right before a batch is decoded: who dies then has died of one of its samples. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly seq: number }
  /** In the order of the batch. `seconds` is the whole batch's time. */
  | {
      readonly type: 'done';
      readonly seq: number;
      readonly made: readonly Answer[];
      readonly seconds: number;
    }
  | ({ readonly type: 'loaded'; readonly seq: number } & LoadedModel)
  | { readonly type: 'failed'; readonly seq: number; readonly detail: string };

/** What a file holds, and what it took to open it. */
export interface LoadedModel {
  readonly tensors: Tensors;
  readonly seconds: number;
  /** Of the whole process, now. */
  readonly memoryBytes: number;
}
