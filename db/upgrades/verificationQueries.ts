import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { HeldCounts, OpenErrors, VersionPair } from '../../domain/upgrades/verification.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { watchedTransaction } from '../sql/watchedTransaction.ts';
import { openErrorGroups } from '../tasks/openErrors.ts';
import { heldDescriptors } from './heldDescriptors.ts';
import { readSampledObjects, type SampledObject } from './sampledObjects.ts';

export interface CountedSample {
  readonly counts: HeldCounts;
  readonly sampled: readonly SampledObject[];
}

export interface LookOptions {
  /** How many objects are sampled at the most. */
  readonly size: number;
  /** Ends the statement under way. */
  readonly signal: AbortSignal;
}

export type VerificationQueries = ReturnType<typeof createVerificationQueries>;

/** What an upgrade has come to; counts take seconds for millions of objects, so they are for a worker's connections. */
export function createVerificationQueries(db: Database) {
  const look = (
    objects: UpgradeObjects,
    pair: VersionPair,
    { size, signal }: LookOptions,
    wishOf: (counts: HeldCounts) => { readonly having: readonly number[]; readonly total: number },
  ): Promise<CountedSample> =>
    watchedTransaction(
      db,
      () => Promise.resolve(!signal.aborted),
      async (tx) => {
        signal.throwIfAborted();
        const counts = await countHeld(tx, objects, pair);
        const sampled = await readSampledObjects(tx, { ...pair, objects, size, ...wishOf(counts) });
        return { counts, sampled };
      },
    );

  return {
    /** All that have the old version, and some of those that have both. */
    lookAtBoth: (objects: UpgradeObjects, pair: VersionPair, options: LookOptions): Promise<CountedSample> =>
      look(objects, pair, options, ({ holdBoth }) => ({ having: [pair.from, pair.to], total: holdBoth })),

    /** All that have the old version, and some of them. */
    lookAtOld: (objects: UpgradeObjects, pair: VersionPair, options: LookOptions): Promise<CountedSample> =>
      look(objects, pair, options, ({ holdFrom }) => ({ having: [pair.from], total: holdFrom })),

    /** Of these tasks by code, the most frequent first. */
    openErrors: async (taskIds: readonly number[]): Promise<OpenErrors[]> => {
      const groups = await openErrorGroups(db, taskIds);
      return groups.map(({ errorCode, desc, count, objectType, objectId, detail }) => ({
        ...{ code: errorCode, desc, count },
        example: { objectType, objectId, detail },
      }));
    },
  };
}

/** Each object once, by joins of whole partitions: none is looked up by itself. */
async function countHeld(
  tx: Sql,
  objects: UpgradeObjects,
  { kind, from, to }: VersionPair,
): Promise<HeldCounts> {
  const held = heldDescriptors(objects, kind);
  const withOld = `${held.owner} join ${held.ofVersion(from)} a on a.key = ${held.key}`;
  const [counted] = await tx.query<HeldCounts>(
    `select "holdFrom", "holdFrom" - "lackTo" as "holdBoth", "lackTo", "lackSample"
     from (select count(*) as "holdFrom" from ${withOld}) held,
       (select count(*) as "lackTo", count(*) filter (where s.owner_id is null) as "lackSample"
        from ${withOld}
        left join samples s on s.owner_id = a.key and s.kind = $1 and s.storage_key is not null
        where not exists (select from ${held.ofVersion(to)} b where b.key = a.key)) lacking`,
    [kind],
  );
  if (counted === undefined) throw new Error('nothing was counted');
  return counted;
}
