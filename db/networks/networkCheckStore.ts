import type { NetworkCheckRef } from '../../domain/networks/check.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

/** `isNew`: false for one that was under way already. */
export interface OrderedCheck extends NetworkCheckRef {
  readonly isNew: boolean;
}

const keptOfVersion = 5;

export type NetworkCheckStore = ReturnType<typeof createNetworkCheckStore>;

/** What admins order; a worker follows the row. */
export function createNetworkCheckStore(db: Database) {
  return {
    /** A new check of a version, or the one that is under way: there is one at a time. Of the old ones the last few stay. */
    order: (version: number, actor: Actor): Promise<OrderedCheck> =>
      db.transaction((tx) => orderCheck(tx, version, actor)),
  };
}

export async function orderCheck(tx: Sql, version: number, actor: Actor): Promise<OrderedCheck> {
  // The update changes nothing; it finds, and holds, the row of who was quicker.
  const [row] = await tx.query<{ checkId: number; isNew: boolean }>(
    `insert into network_checks as c (version, created_by, created_by_login) values ($1, $2, $3)
           on conflict (version) where state in ('waiting', 'running') do update set version = c.version
           returning check_id "checkId", xmax = 0 "isNew"`,
    [version, actor.accountId, actor.login],
  );
  if (row === undefined) throw new Error(`no check of version ${version} was written`);
  if (!row.isNew) return { ...row, version };
  await tx.query(
    `delete from network_checks where version = $1 and check_id not in (
             select check_id from network_checks where version = $1 order by check_id desc limit ${keptOfVersion}
           )`,
    [version],
  );
  await recordAudit(tx, {
    ...{ actor, action: 'network.check', objectType: 'network', objectId: version },
    after: { check_id: row.checkId },
  });
  return { ...row, version };
}
