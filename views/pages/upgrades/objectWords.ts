import type { UpgradeObjects } from '../../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../../domain/upgrades/verification.ts';

/** An upgrade's objects, as a title names them. */
export const objectsOf = (objects: UpgradeObjects, kind: VersionPair['kind']): string =>
  kind === 'body' ? `${objects}, by their bodies` : objects;

export const oneOf = (objects: UpgradeObjects): string => (objects === 'faces' ? 'face' : 'event');
