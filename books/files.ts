import { readdir } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type pg from 'pg';

// The file that says whose samples these are.
const mark = '.luna-admin-store';

/** The keys of every image that a folder holds. */
export async function keysInFolder(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return new Set(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith(mark))
      .map(({ name }) => basename(name, extname(name))),
  );
}

/**
 * What the sample store holds against the rows: no sample without its image, no image that nobody knows. Samples
 * that can be put back have theirs too.
 */
export async function checkFiles(
  client: pg.Client,
  files: ReadonlySet<string>,
  missingFiles: readonly string[],
): Promise<string[]> {
  const keysOf = async (sql: string) =>
    new Set((await client.query<{ key: string }>(sql)).rows.map(({ key }) => key));
  const rows = await keysOf('select storage_key as key from samples where storage_key is not null');
  const tombstones = await keysOf('select storage_key as key from sample_tombstones');
  const { rows: aside } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relname ~ '^aside_[0-9]+_samples$'`,
  );
  for (const { name } of aside) {
    const keys = await keysOf(`select storage_key as key from ${name} where storage_key is not null`);
    for (const key of keys) rows.add(key);
  }
  const lost = [...rows].filter((key) => !files.has(key) && !missingFiles.includes(key));
  const unknown = [...files].filter((file) => !rows.has(file) && !tombstones.has(file));
  return [
    ...lost.slice(0, 3).map((key) => `the image ${key} of a sample is missing`),
    ...unknown.slice(0, 3).map((file) => `no row refers to the image ${file}`),
  ];
}
