import { keepsSamples } from '../../../domain/gc/gcContent.ts';
import type { CountOfObjects } from '../../../domain/tasks/preview.ts';
import { askInTime } from '../../sql/askInTime.ts';
import { estimateRows } from '../selectivity.ts';
import { hasSample, walkedTable } from '../selection.ts';
import { select, type PreviewedWork } from './previewedWork.ts';

/** Samples of what a task removes without them: counted where the objects are, else estimated. */
export async function countSamplesLeft(
  previewed: PreviewedWork,
  isExact: boolean,
): Promise<CountOfObjects | null> {
  const { tx, work, limits } = previewed;
  if (work.kind !== 'gc' || !keepsSamples(work.content)) return null;
  const { selection, binds } = select(previewed);
  const { from, key, conditions } = selection;
  const joined = `${from} join samples left_over on left_over.owner_id = ${key}`;
  const counted = isExact
    ? await askInTime<{ count: number }>(
        tx,
        limits.countMs,
        `select count(*) from ${joined} where ${conditions.join(' and ')}`,
        binds.values,
      )
    : null;
  if (counted !== null) return { count: counted[0]?.count ?? 0, isExact: true };
  return { count: await estimateRows(tx, joined, conditions, binds.values), isExact: false };
}

const probes = 40;
const probed = 50;

/**
 * Objects of an extract that have no sample a network could read: each will be an error. Where not all objects are
 * counted, as many as their share among some from all over the keys. Whether a sample's file is there shows on the way.
 * @returns null: not an extract, or it could not be told in time
 */
export async function countWithoutSample(
  previewed: PreviewedWork,
  { count, isExact }: CountOfObjects,
): Promise<CountOfObjects | null> {
  const { tx, work, limits } = previewed;
  if (work.kind !== 'extract') return null;
  const { selection, binds } = select(previewed);
  const { from, key, conditions } = selection;
  const lacking = `not ${hasSample(work.content, key, () => [])}`;
  const where = conditions.join(' and ');
  if (isExact) {
    const rows = await askInTime<{ count: number }>(
      tx,
      limits.countMs,
      `select count(*) from ${from} where ${where} and ${lacking}`,
      binds.values,
    );
    return rows === null ? null : { count: rows[0]?.count ?? 0, isExact: true };
  }
  const { table, key: walked } = walkedTable(work);
  const [ends] = await tx.query<{ first: string | null; last: string | null }>(
    `select (select ${walked}::text from ${table} order by ${walked} limit 1) as first,
       (select ${walked}::text from ${table} order by ${walked} desc limit 1) as last`,
  );
  if (ends?.first == null || ends.last === null) return null;
  const starts = binds.add(spreadKeys(ends.first, ends.last, probes));
  const [seen] =
    (await askInTime<{ seen: number; lacking: number }>(
      tx,
      limits.countMs,
      `select count(*) as seen, count(*) filter (where lacking) as lacking
       from unnest(${starts}::uuid[]) as start, lateral (
         select ${lacking} as lacking from ${from} where ${where} and ${key} >= start order by ${key} limit ${probed}
       ) probed`,
      binds.values,
    )) ?? [];
  if (seen === undefined || seen.seen === 0) return null;
  return { count: Math.round((count * seen.lacking) / seen.seen), isExact: false };
}

/** Keys at equal distances from the first on. */
function spreadKeys(first: string, last: string, count: number): string[] {
  const [from, to] = [first, last].map((key) => BigInt(`0x${key.replaceAll('-', '')}`));
  if (from === undefined || to === undefined) return [];
  return Array.from({ length: count }, (_, at) =>
    (from + ((to - from) * BigInt(at)) / BigInt(count)).toString(16).padStart(32, '0'),
  );
}
