import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { Sql } from '../sql/connection.ts';

/** What may say who an object is, the surer first; empty texts say nothing. */
interface Names {
  readonly objectId: string;
  readonly names: readonly string[];
}

// An import gives each face an external id of its own and its person's name as user data; others say it the other way.
const nameColumns: Record<UpgradeObjects, readonly string[]> = {
  faces: ['external_id', 'user_data'],
  events: ['face_id'],
};
const keyColumn = { faces: 'face_id', events: 'event_id' } as const;

/** Others of the same person with the same name: it is looked among so many of them at the most. */
const looked = 20;

/** For each object another one of the same person that `having` lets pass, as far as there is one. */
export async function readMates(
  tx: Sql,
  objects: UpgradeObjects,
  keys: readonly string[],
  having: (key: string) => string,
): Promise<Map<string, string>> {
  const key = keyColumn[objects];
  const mateBy = (name: string): string => {
    const isNamed = objects === 'faces' ? `m.${name} <> ''` : `m.${name} is not null`;
    return `(select c.key from (
        select m.${key} as key from ${objects} m where m.${name} = o.${name} and ${isNamed} and m.${key} <> o.${key}
        order by m.${key} limit ${looked}
      ) c where ${having('c.key')} limit 1)`;
  };
  const rows = await tx.query<{ key: string; mate: string | null }>(
    `select o.${key} as key, coalesce(${nameColumns[objects].map(mateBy).join(', ')}) as mate
     from ${objects} o where o.${key} = any($1::uuid[])`,
    [keys],
  );
  return new Map(rows.flatMap(({ key: one, mate }) => (mate === null ? [] : [[one, mate]])));
}

export function readNames(tx: Sql, objects: UpgradeObjects, keys: readonly string[]): Promise<Names[]> {
  const key = keyColumn[objects];
  const names = nameColumns[objects].map((name) => `coalesce(${name}::text, '')`);
  return tx.query<Names>(
    `select ${key} as "objectId", array[${names.join(', ')}] as names from ${objects} where ${key} = any($1::uuid[])`,
    [keys],
  );
}

/** A text at more of the objects than this, and than a twentieth of all, is that of a group. */
const groupFrom = 10;

/** The surest name of each object that another one bears, too; a text that is on too many of them names nobody. */
export function toLabels(objects: UpgradeObjects, named: readonly Names[]): Map<string, string> {
  const most = objects === 'events' ? Infinity : Math.max(groupFrom, named.length / 20);
  const bearers = new Map<string, number>();
  const labelsOf = ({ names }: Names) =>
    names.flatMap((name, place) => (name === '' ? [] : [`${nameColumns[objects][place]} ${name}`]));
  for (const label of named.flatMap(labelsOf)) bearers.set(label, (bearers.get(label) ?? 0) + 1);
  const isSure = (label: string): boolean => {
    const count = bearers.get(label) ?? 0;
    return count > 1 && count <= most;
  };
  return new Map(
    named.flatMap((one) => {
      const label = labelsOf(one).find(isSure);
      return label === undefined ? [] : [[one.objectId, label]];
    }),
  );
}
