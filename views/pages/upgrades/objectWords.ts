import type { UpgradedObjects, VersionPair } from '../../../domain/upgrades/verification.ts';

/** An upgrade's objects, as a title names them. */
export const objectsOf = (objects: UpgradedObjects, kind: VersionPair['kind']): string =>
  kind === 'body' ? `${objects}, by their bodies` : objects;

export const oneOf = (objects: UpgradedObjects): string => (objects === 'faces' ? 'face' : 'event');
