import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { VersionPair } from '../../domain/upgrades/verification.ts';
import { toFloats } from '../extract/descriptorBytes.ts';
import type { Sql } from '../sql/connection.ts';
import { heldDescriptors, type Held } from './heldDescriptors.ts';
import { readMates, readNames, toLabels } from './sampledLabels.ts';

/** An object with its descriptors of two versions, and its sample of their kind; without one the last three are null. */
export interface SampledObject {
  readonly objectId: string;
  /** Who it is, as far as another one of them is the same; null: nobody knows. */
  readonly label: string | null;
  /** Taken because somebody else is the same person, not for its place among all. */
  readonly isMate: boolean;
  /** Null: it has none of this version. */
  readonly from: Float32Array | null;
  readonly to: Float32Array | null;
  readonly sampleId: string | null;
  readonly generation: number | null;
  readonly storageKey: string | null;
}

export interface SampleWish extends VersionPair {
  readonly objects: UpgradeObjects;
  /** Versions that they must have. */
  readonly having: readonly number[];
  /** How many have them. */
  readonly total: number;
  readonly size: number;
}

/**
 * At most `size` objects evenly over all keys. Where there are more than that, half of them at the least stand for their
 * place; the others are another object of the same person, where one is known, and more of the former.
 */
export async function readSampledObjects(tx: Sql, wish: SampleWish): Promise<SampledObject[]> {
  const { objects, size, total } = wish;
  const held = heldDescriptors(objects, wish.kind);
  const even = await readEvenKeys(tx, held, wish);
  const everySecond = even.filter((_, place) => place % 2 === 0);
  const mates =
    total <= size
      ? new Map<string, string>()
      : await readMates(tx, objects, everySecond, havingAll(held, wish));
  const keys = new Set(everySecond);
  for (const [, mate] of mates) if (keys.size < size) keys.add(mate);
  for (const key of even) if (keys.size < size) keys.add(key);
  const places = new Set(even);
  const labels = toLabels(objects, await readNames(tx, objects, [...keys]));
  const rows = await readRows(tx, held, wish, [...keys]);
  return rows.map(({ from, to, ...row }) => ({
    ...row,
    label: labels.get(row.objectId) ?? null,
    isMate: !places.has(row.objectId),
    from: from && toFloats(from),
    to: to && toFloats(to),
  }));
}

/** By their places in the order of the keys: keys of one import lie so close that equal distances would miss most. */
async function readEvenKeys(tx: Sql, held: Held, { having, total, size }: SampleWish): Promise<string[]> {
  const joins = having.map(
    (version, place) => `join ${held.ofVersion(version)} h${place} on h${place}.key = ${held.key}`,
  );
  const rows = await tx.query<{ key: string }>(
    `select key from (
       select ${held.key} as key, row_number() over (order by ${held.key}) as place from ${held.owner} ${joins.join(' ')}
     ) walked
     where place * $1::bigint / $2::bigint > (place - 1) * $1::bigint / $2::bigint order by key limit $1::bigint`,
    [size, Math.max(size, total)],
  );
  return rows.map(({ key }) => key);
}

const havingAll =
  (held: Held, { having }: SampleWish) =>
  (key: string): string =>
    having
      .map((version) => `exists (select from ${held.ofVersion(version)} h where h.key = ${key})`)
      .join(' and ');

interface Row {
  readonly objectId: string;
  readonly sampleId: string | null;
  readonly generation: number | null;
  readonly storageKey: string | null;
  readonly from: Buffer | null;
  readonly to: Buffer | null;
}

function readRows(tx: Sql, held: Held, { kind, from, to }: SampleWish, keys: string[]): Promise<Row[]> {
  return tx.query<Row>(
    `select ${held.key} as "objectId", s.sample_id as "sampleId", s.generation, s.storage_key as "storageKey",
       a.descriptor as "from", b.descriptor as "to"
     from ${held.owner}
     left join ${held.ofVersion(from)} a on a.key = ${held.key}
     left join ${held.ofVersion(to)} b on b.key = ${held.key}
     left join samples s on s.owner_id = ${held.key} and s.kind = $2
     where ${held.key} = any($1::uuid[]) order by 1`,
    [keys, kind],
  );
}
