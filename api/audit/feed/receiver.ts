import type { FeedName } from '../../../db/audit/feedStore.ts';

/** What is sent at once: a line of JSON for each entry, each with its line end. */
export interface FeedMessage {
  /** The same for the same lines, whenever they are sent. */
  readonly id: string;
  readonly body: string;
}

/** Where new entries of the audit go. */
export interface FeedReceiver {
  readonly name: FeedName;
  /** Resolves when they have been received, never to be lost. @throws Error whose message says why not */
  send(message: FeedMessage, stopping: AbortSignal): Promise<void>;
}
