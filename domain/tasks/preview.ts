/** An object as a preview shows it. */
export type PreviewObject =
  PreviewFace | PreviewEvent | PreviewFaceDescriptor | PreviewEventDescriptor | PreviewSample;

export interface PreviewFace {
  readonly kind: 'face';
  readonly faceId: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: Date;
}

export interface PreviewEvent {
  readonly kind: 'event';
  readonly eventId: string;
  readonly accountId: string;
  readonly source: string;
  readonly trackId: string;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: Date;
}

export interface PreviewFaceDescriptor {
  readonly kind: 'faceDescriptor';
  readonly faceId: string;
  readonly version: number;
  readonly createTime: Date;
}

export interface PreviewEventDescriptor {
  readonly kind: 'eventDescriptor';
  readonly eventId: string;
  readonly version: number;
  readonly type: 'face' | 'body';
  readonly createTime: Date;
}

/** Samples of an owner that is gone. */
export interface PreviewSample {
  readonly kind: 'sample';
  readonly ownerId: string;
  readonly kinds: readonly ('face' | 'body')[];
  /** Of the newest. */
  readonly createTime: Date;
}

export interface CountOfObjects {
  readonly count: number;
  /** Whether they were counted; otherwise the count is what is to be expected. */
  readonly isExact: boolean;
}

/** How fast tasks like the one that is previewed were. */
export interface RecentRate {
  readonly objectsPerSecond: number;
  readonly tasks: number;
  /** When the last of them ended. */
  readonly lastEnd: Date;
}

/** What a task would deal with if it were created now. */
export interface TaskPreview extends CountOfObjects {
  /** The moment of which it tells, by the database. */
  readonly time: Date;
  /** Null: there is none, or it could not be told in time. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** A few from among all of them, in the order of their keys. */
  readonly sample: readonly PreviewObject[];
  /** What a removal of faces or events would leave; null: it removes the samples too, or is no such task. */
  readonly samplesLeft: CountOfObjects | null;
  /** Objects of an extract that have no sample: each becomes an error; null: no extract, or it took too long. */
  readonly withoutSample: CountOfObjects | null;
  /** Of the database, by a gc; null: no gc, or it could not be told. */
  readonly freedBytes: number | null;
  /** Kept aside until a gc's undo window is over; null: it has none, or it could not be told. */
  readonly asideBytes: number | null;
  /** By the rate; null: there is none. */
  readonly estimatedSeconds: number | null;
  /** Null: no task like it has run lately. */
  readonly rate: RecentRate | null;
}

/** How long so many objects take. */
export function estimateSeconds(count: number, objectsPerSecond: number | null): number | null {
  if (count === 0) return 0;
  return objectsPerSecond === null ? null : Math.ceil(count / objectsPerSecond);
}
