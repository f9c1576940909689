import type { Database } from '../../db/sql/connection.ts';

const children = ['attributes', 'list_faces', 'face_descriptors', 'image_origins'];

/** What a database administrator would write for the removal of an account's faces. */
export const scriptStatements: readonly string[] = [
  'create table removed as select face_id from faces where account_id = $1',
  'analyze removed',
  'delete from faces using removed where faces.face_id = removed.face_id',
  ...children.map((table) => {
    const owner = table === 'image_origins' ? 'owner_id' : 'face_id';
    return `delete from ${table} using removed where ${table}.${owner} = removed.face_id`;
  }),
];

/** One transaction. @returns seconds */
export async function runScript(
  db: Pick<Database, 'transaction'>,
  accountId: string,
  onBackend: (pid: number) => void = () => undefined,
): Promise<number> {
  const started = performance.now();
  await db.transaction(async (tx) => {
    onBackend(await tx.backend());
    for (const statement of scriptStatements) {
      await tx.query(statement, statement.includes('$1') ? [accountId] : []);
    }
  });
  return (performance.now() - started) / 1_000;
}
