import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../domain/upgrades/verification.ts';

/** Objects and their descriptors, as pieces of SQL. */
export interface Held {
  /** The table of the objects as `o`, and their key. */
  readonly owner: string;
  readonly key: string;
  /** The descriptors of a version, `alias.key` the object's; one row each. */
  ofVersion(version: number): string;
}

/** @throws TypeError for bodies of faces: there are none */
export function heldDescriptors(objects: UpgradeObjects, kind: VersionPair['kind']): Held {
  if (objects === 'faces' && kind === 'body') throw new TypeError('faces have no body descriptors');
  const [key, table, ofKind] =
    objects === 'faces'
      ? ['face_id', 'face_descriptors', '']
      : ['event_id', 'event_descriptors', ` and descriptor_type = '${kind}'`];
  return {
    owner: `${objects} o`,
    key: `o.${key}`,
    ofVersion: (version) => {
      if (!Number.isSafeInteger(version)) throw new TypeError(`not a version: ${version}`);
      // In the text, so that the planner sees which partition is meant.
      return `(select ${key} as key, descriptor from ${table} where descriptor_version = ${version}${ofKind})`;
    },
  };
}
