/** A version of the descriptors of faces or events. */
export interface OwnedVersion {
  readonly objects: 'faces' | 'events';
  readonly version: number;
  readonly type: 'face' | 'body';
}
