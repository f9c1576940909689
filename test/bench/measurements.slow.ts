import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBed, type Bed } from '../../bench/harness/bed.ts';
import { measurements } from '../../bench/measurements.ts';
import type { BenchOptions, Measurement } from '../../bench/harness/measurement.ts';
import type { Environment } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTestDatabase, testTemporalAddress, type TestDatabase } from '../support/servers/database.ts';
import { waitFor } from '../support/waitFor.ts';

/** The least at which each still measures what it does at full size. */
const smallest: BenchOptions = {
  faces: 40,
  samples: 22,
  events: 30,
  runs: 1,
  rows: 1_000,
  seconds: 0.5,
  minutes: 0,
  objects: 30_001,
  times: 1,
  wait: 1,
  // One that needs no Redis, and none of what kills workers and waits for minutes.
  queues: ['graphileWorker'],
  steps: ['rates'],
};
const sizes: Partial<Record<keyof typeof measurements, Partial<BenchOptions>>> = {
  // Its gc must not be done before it is stopped.
  control: { faces: 2_000 },
  // Fewer are moved with the migration.
  move: { events: 21_000 },
  // Sums of a task are kept only once it has many parts.
  looks: { faces: 200 },
};
/** They look at rows by their ids, and start no task. */
const fromOne: readonly string[] = ['lists', 'pages'] satisfies (keyof typeof measurements)[];
/** They bring in the same samples, of which those behind the first make use again. */
const sharing: readonly string[] = ['extractors', 'scale', 'soak'] satisfies (keyof typeof measurements)[];
const kept = [
  'accounts',
  'audit',
  'audit_blocks',
  'audit_chain',
  'audit_expirations',
  'audit_heads',
  'audit_seals',
  'audit_unsealed',
  'erasure_certificates',
  'sample_store',
  'schema_migrations',
  'sessions',
  'workers',
];

const abort = new AbortController();
let database: TestDatabase;
let bed: Bed;

before(async () => {
  database = await createTestDatabase();
  const all: readonly Measurement[] = Object.values(measurements);
  bed = await openBed(createLogger({ name: 'bench', level: 'warn', format: 'pretty' }), abort.signal, {
    ...all.reduce<Environment>((sum, { settings }) => ({ ...sum, ...settings }), {}),
    ...{ DATABASE_URL: database.url, TEMPORAL_ADDRESS: testTemporalAddress(), EXTRACT_PROCESSES: '1' },
    // A part of one object, as fan-out has it, would make the others wait for thousands.
    PART_SIZE_GC: '20',
    TASK_QUEUE_PREFIX: `bench-${randomBytes(4).toString('hex')}-`,
    SESSION_SECRET: randomBytes(32).toString('hex'),
  });
});
after(async () => {
  abort.abort();
  await bed.close();
  await database.drop();
});

for (const [name, measurement] of Object.entries<Measurement>(measurements)) {
  test(`npm run bench -- ${name} still measures, here at its smallest`, async (t) => {
    if (!sharing.includes(name)) await startAnew(fromOne.includes(name) ? 'restart identity' : '');
    const { figures, lines } = await measurement.measure(
      bed,
      { ...smallest, ...sizes[name as keyof typeof measurements] },
      (text) => {
        t.diagnostic(text);
      },
    );
    assert.doesNotMatch(lines.join('\n'), /NaN|undefined|Infinity/);
    assert.deepEqual(JSON.parse(JSON.stringify(figures)), figures, 'the file of results holds all of it');
  });
}

/**
 * Each measurement has a system of its own; here they share one, to start but one. A task with the id of an earlier one
 * would wait: Temporal has had its workflow.
 */
async function startAnew(identity: 'restart identity' | ''): Promise<void> {
  const [tables] = await bed.db.query<{ names: string }>(
    `select string_agg(format('%I', relname), ', ') names from pg_class c
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> all($1)`,
    [kept],
  );
  // The worker's and the API's statements may be in its way.
  await waitFor('the tables to be emptied', () =>
    bed.db.query(`truncate ${tables?.names ?? ''} ${identity} cascade`),
  );
  const samples = bed.running.config.imageStore.replace(/^folder:/, '');
  for (const name of await readdir(samples).catch(() => [])) {
    if (!name.startsWith('.')) await rm(join(samples, name), { recursive: true });
  }
}
