import type { Database } from '../../db/sql/connection.ts';

/** The rows of every face, table by table; samples only when the task removes them too. */
export function floorStatements(removeSamples: boolean): string[] {
  const tables = ['faces', 'attributes', 'list_faces', 'face_descriptors', 'image_origins'];
  return [...tables, ...(removeSamples ? ['samples'] : [])].map((table) => `delete from ${table}`);
}

/** The floor of gc: bare statements of everything, in one transaction on one connection. Answers seconds. */
export async function deleteBare(db: Database, statements: readonly string[]): Promise<number> {
  const started = performance.now();
  await db.transaction(async (tx) => {
    for (const statement of statements) await tx.query(statement);
  });
  return (performance.now() - started) / 1_000;
}
