import type pg from 'pg';
import { askedRules, noteAsked, type AskedOrigin } from './asked.ts';
import { openLedger } from './ledger.ts';
import { bookRules } from './rules.ts';
import { snapshotTables } from './tables.ts';
import { keysInBucket, type SampleBucket } from './bucketFiles.ts';
import { checkFiles, keysInFolder } from './files.ts';

export interface AuditOptions {
  /** The tasks that ran since the snapshot, all of them; what they select must not overlap. */
  readonly taskIds: readonly number[];
  /** Objects that the test itself changed or removed meanwhile: what became of them is not judged. */
  readonly touched?: readonly string[];
  /** Folder of the sample store, when its files are to be compared with the rows too. */
  readonly sampleFolder?: string;
  /** The same in object storage. */
  readonly sampleBucket?: SampleBucket;
  /** What image origins were asked, by their own count; absent: nobody has counted. */
  readonly asked?: readonly AskedOrigin[];
  /** Keys whose file the test itself took away. */
  readonly missingFiles?: readonly string[];
}

/**
 * Writes down what every table holds, row by row: keys, and a hash of the rest. Only the engine's tasks may change
 * the tables between this and the audit.
 */
export async function takeSnapshot(client: pg.Client): Promise<void> {
  await client.query('drop schema if exists books cascade');
  await client.query('create schema books');
  for (const { name, key, kept, text } of snapshotTables) {
    await client.query(
      `create table books.${name} as select ${kept.join(', ')}, md5(${text}) as row_hash from ${name} x`,
    );
    // Filters are guessed to leave one row; without it, a join by such a guess read 100,000 × 100,000 rows.
    await client.query(`alter table books.${name} add primary key (${key.join(', ')})`);
    await client.query(`analyze books.${name}`);
  }
}

/**
 * Compares the tables with the snapshot, object by object, after tasks have come to their end. Knows the contract
 * of tasks and the schema, and shares nothing with the engine: filters, places and sums are worked out anew.
 * @returns what is wrong, one sentence a kind of fault; empty when the books balance
 */
export async function auditBooks(client: pg.Client, options: AuditOptions): Promise<string[]> {
  const { taskIds, touched = [], sampleFolder, sampleBucket, missingFiles = [], asked } = options;
  // The lists of removed objects are looked up row by row: they must fit into a hash.
  await client.query(`set work_mem = '256MB'`);
  await openLedger(client, taskIds, touched);
  if (asked !== undefined) await noteAsked(client, asked);
  const violations: string[] = [];
  for (const rule of [...bookRules(), ...(asked === undefined ? [] : askedRules)]) {
    const { rows } = await client.query<{ fault: string; times: string; examples: string[] }>(
      `select fault, count(*) as times, (array_agg(id::text order by id::text))[1:3] as examples
       from (${rule}) found (fault, id) group by fault order by fault`,
    );
    for (const { fault, times, examples } of rows) {
      violations.push(`${fault}: ${times} times (${examples.join(', ')})`);
    }
  }
  if (sampleFolder !== undefined) {
    violations.push(...(await checkFiles(client, await keysInFolder(sampleFolder), missingFiles)));
  }
  if (sampleBucket !== undefined) {
    violations.push(...(await checkFiles(client, await keysInBucket(sampleBucket), missingFiles)));
  }
  return violations;
}
