import { v7 as newId } from 'uuid';
import { createDatabase } from '../db/sql/connection.ts';
import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { percentile, round } from './harness/figures.ts';
import { freshTables } from './harness/freshTables.ts';
import { deleteBare, floorStatements, runGcTask } from './harness/gcTask.ts';
import type { Measurement } from './harness/measurement.ts';

const readers = 2;
const mostKept = 100_000;
const floor = floorStatements(false);
const statement = `select f.*, a.basic_attributes from faces f join attributes a using (face_id)
  join face_descriptors d on d.face_id = f.face_id and d.descriptor_version = 1 where f.face_id = $1`;

interface Latency {
  readonly reads: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What foreground readers notice of a gc: a look-up by key in the tables that it works on, idle and meanwhile. */
export const reads: Measurement = {
  about: 'indexed reads on the same tables while a gc runs',
  measure: async (bed, { faces, seconds }, say) => {
    const keptFaces = Math.min(faces, mostKept);
    const idleSeconds = seconds;
    say(`reads: seeding ${faces} faces to remove and ${keptFaces} to read`);
    const keysOfBare = await seed(bed, faces, keptFaces);
    say('reads: while bare statements delete');
    const bare = await readWhile(bed, keysOfBare, () => deleteBare(bed.db, floor));
    say(`reads: seeding them again`);
    const keys = await seed(bed, faces, keptFaces);
    say(`reads: ${idleSeconds} s without a task, then with one`);
    const idle = await readWhile(
      bed,
      keys,
      () => new Promise((resolve) => setTimeout(resolve, 1_000 * idleSeconds)),
    );
    const content = { target: 'faces', filters: { account_id: bed.accountId }, store_results: true };
    const meanwhile = await readWhile(bed, keys, () => runGcTask(bed, content, faces));
    const dead = await deadRows(bed);
    const ratio = round(meanwhile.p99Ms / idle.p99Ms);
    return {
      figures: { faces, readers, statement, floor, idle, bare, meanwhile, p99Ratio: ratio, deadRows: dead },
      lines: [
        `${readers} readers of one face by key each, without pause, while a gc of ${faces} faces runs`,
        '',
        ...textTable(
          ['', 'reads', 'p50 ms', 'p99 ms'],
          [
            ['idle', idle.reads, idle.p50Ms, idle.p99Ms],
            ['bare deletes', bare.reads, bare.p50Ms, bare.p99Ms],
            ['gc', meanwhile.reads, meanwhile.p50Ms, meanwhile.p99Ms],
          ],
        ),
        '',
        `p99 while the gc runs: ${ratio} times idle (to reach: 2); dead rows right after it: ${JSON.stringify(dead)}`,
      ],
    };
  },
};

/** Answers the keys of the faces that stay. */
async function seed(bed: Bed, faces: number, keptFaces: number): Promise<string[]> {
  const other = newId();
  await freshTables(bed, faces, { others: [{ accountId: other, faces: keptFaces }] });
  const kept = await bed.db.query<{ face_id: string }>('select face_id from faces where account_id = $1', [
    other,
  ]);
  return kept.map(({ face_id }) => face_id);
}

async function readWhile(
  { running }: Bed,
  keys: readonly string[],
  work: () => Promise<unknown>,
): Promise<Latency> {
  const db = createDatabase({ url: running.databaseUrl, applicationName: 'reader', maxConnections: readers });
  const times: number[] = [];
  let isOver = false;
  const read = async (): Promise<void> => {
    while (!isOver) {
      const started = performance.now();
      await db.query(statement, [keys[Math.floor(Math.random() * keys.length)]]);
      times.push(performance.now() - started);
    }
  };
  try {
    const reading = Array.from({ length: readers }, read);
    await work();
    isOver = true;
    await Promise.all(reading);
  } finally {
    isOver = true;
    await db.close();
  }
  return {
    reads: times.length,
    p50Ms: round(percentile(times, 0.5), 3),
    p99Ms: round(percentile(times, 0.99), 3),
  };
}

async function deadRows({ db }: Bed): Promise<Record<string, number>> {
  const rows = await db.query<{ relname: string; n_dead_tup: number }>(
    `select relname, n_dead_tup from pg_stat_user_tables where n_dead_tup > 0 and relname ~ '^(faces|attributes|list_faces|face_desc)'`,
  );
  return Object.fromEntries(rows.map(({ relname, n_dead_tup }) => [relname, n_dead_tup]));
}
