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

/** Samples that would stay without an owner. */
export interface SamplesLeft {
  readonly count: number;
  readonly isExact: boolean;
}

/** What a task would deal with if it were created now. */
export interface TaskPreview {
  readonly count: number;
  /** Whether the objects were counted; otherwise the count is what statistics let expect. */
  readonly isExact: boolean;
  /** Null: there is none, or it could not be told in time. */
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** A few from among all of them, in the order of their keys. */
  readonly sample: readonly PreviewObject[];
  /** What a removal of faces or events would leave; null: it removes the samples too, or is no such task. */
  readonly samplesLeft: SamplesLeft | null;
  /** By what such tasks have lately done; null: there was none. */
  readonly estimatedSeconds: number | null;
}

/** How long so many objects take. */
export function estimateSeconds(count: number, objectsPerSecond: number | null): number | null {
  if (count === 0) return 0;
  return objectsPerSecond === null ? null : Math.ceil(count / objectsPerSecond);
}
