import { textTable } from '../commands/cli/textTable.ts';
import { seedVolume } from '../db/faces/seedVolume.ts';
import type { Bed } from './harness/bed.ts';
import { round, type Say } from './harness/figures.ts';
import { runGcTask } from './harness/gcTask.ts';
import type { Measurement } from './harness/measurement.ts';
import { sizesOf, walSince, walPlace, type TableSize } from './harness/tableSizes.ts';

const eventTables = ['events', 'samples', 'event_descriptors', 'image_origins'];
const faceTables = ['faces', 'attributes', 'samples', 'face_descriptors', 'list_faces', 'image_origins'];
/** Of the floats of a descriptor, of which the second does not fit into a row. */
const [short, long] = [128, 512];

/** Bytes of a row and its index entries, and of the log that writing and removing it takes. */
export const bytes: Measurement = {
  about: 'bytes on disk of each row and index, and of the log for each object written and removed',
  measure: async (bed, { faces: objects }, say) => {
    const inserted = await seedAll(bed, { objects, faces: 0, events: objects, say });
    const events = await sizesOf(bed.db, eventTables);
    const removal = await removeEvents(bed, objects, say);
    await bed.db.query('truncate events, samples, event_descriptors, image_origins, tasks cascade');
    await seedAll(bed, { objects, faces: 0, events: objects, dimension: long, say });
    const longDescriptors = await sizesOf(bed.db, ['event_descriptors']);
    await bed.db.query('truncate events, samples, event_descriptors, image_origins cascade');
    const facesInserted = await seedAll(bed, { objects, faces: objects, events: 0, say });
    const faces = await sizesOf(bed.db, faceTables);

    const perObject = (value: number): number => round(value / objects, 1);
    const log = {
      eventInserted: perObject(inserted),
      faceInserted: perObject(facesInserted),
      eventRemoved: perObject(removal.gcBytes),
      eventVacuumed: perObject(removal.vacuumBytes),
    };
    const rows = [
      ...events.map((one) => ['an event', one] as const),
      ...longDescriptors.map((one) => [`an event, ${long} floats`, one] as const),
      ...faces.map((one) => ['a face', one] as const),
    ];
    return {
      figures: { objects, events, longDescriptors, faces, log, resultBytes: perObject(removal.resultBytes) },
      lines: [
        `${objects} events and ${objects} faces, as seeded: one sample, one origin, a descriptor of ${short} floats each; bytes`,
        '',
        ...textTable(
          ['of', 'table', 'row', 'out of line', 'indexes', 'together'],
          rows.map(([of, size]) => [of, size.name, ...cellsOf(size)]),
        ),
        '',
        ...textTable(
          ['index', 'bytes an entry'],
          [...events, ...faces].flatMap((one) =>
            one.indexes.map(({ name, bytesEach }) => [name, round(bytesEach, 1)]),
          ),
        ),
        '',
        `log: ${log.eventInserted} to write an event, ${log.faceInserted} to write a face; ${log.eventRemoved} to remove an event (gc, samples removed, result stored), ${log.eventVacuumed} to vacuum it`,
        `result: ${perObject(removal.resultBytes)} an event removed; gc: ${round(objects / removal.seconds, 0)} events/s, whose files were missing`,
      ],
    };
  },
};

function cellsOf({ heap, outOfLine, indexes }: TableSize): number[] {
  const ofIndexes = indexes.reduce((sum, { bytesEach }) => sum + bytesEach, 0);
  return [heap, outOfLine, ofIndexes, heap + outOfLine + ofIndexes].map((value) => round(value, 1));
}

interface Wanted {
  readonly objects: number;
  readonly faces: number;
  readonly events: number;
  readonly dimension?: number;
  readonly say: Say;
}

/** As the platform writes them: a file behind each sample, a URL of 75 characters. @returns bytes of log */
async function seedAll(bed: Bed, { faces, events, dimension = short, say }: Wanted): Promise<number> {
  const { db, accountId } = bed;
  say(`bytes: seeding ${events} events and ${faces} faces, ${dimension} floats`);
  await db.query('checkpoint');
  const before = await walPlace(db);
  const versions = [{ version: dimension === short ? 1 : 2, dimension }];
  await seedVolume(db, { accountId, faces, events, versions, seed: 1 });
  const seeded = await walSince(db, before);
  // The seed makes samples without files; with them a row is that much longer, so the log of the samples is replaced, too.
  await db.query(
    `create temporary table with_files as select owner_id, kind, sample_id, generation,
       gen_random_uuid()::text storage_key, create_time from samples order by owner_id`,
  );
  const withoutFiles = await logOf(
    db,
    ['samples'],
    [`insert into samples select owner_id, kind, sample_id, generation, null, create_time from with_files`],
  );
  const withFiles = await logOf(
    db,
    ['samples', 'image_origins'],
    [
      'insert into samples select * from with_files',
      `insert into image_origins select owner_id, 0, 'https://images.example.org/cameras/lobby/' || owner_id || '.jpg'
     from with_files`,
    ],
  );
  await db.query('drop table with_files');
  await db.query('vacuum (analyze)');
  return seeded - withoutFiles + withFiles;
}

/** What statements write into tables that are emptied before. */
async function logOf(
  db: Bed['db'],
  tables: readonly string[],
  statements: readonly string[],
): Promise<number> {
  await db.query(`truncate ${tables.join(', ')}`);
  const before = await walPlace(db);
  for (const sql of statements) await db.query(sql);
  return walSince(db, before);
}

async function removeEvents(bed: Bed, objects: number, say: Say) {
  const { db } = bed;
  say(`bytes: removing ${objects} events`);
  await db.query('checkpoint');
  const before = await walPlace(db);
  const content = {
    ...{ target: 'events', filters: { account_id: bed.accountId } },
    ...{ remove_samples: true, store_results: true },
  };
  const { seconds } = await runGcTask(bed, content, objects);
  const gcBytes = await walSince(db, before);
  const [result] = await db.query<{ size: number }>(
    `select pg_total_relation_size('task_result_chunks')::bigint size`,
  );
  const beforeVacuum = await walPlace(db);
  await db.query(`vacuum ${eventTables.join(', ')}`);
  return {
    ...{ seconds, gcBytes, resultBytes: result?.size ?? 0 },
    vacuumBytes: await walSince(db, beforeVacuum),
  };
}
