import { firstVersions, type DefaultVersions } from '../../domain/extract/networks.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { holdFromRemoval, refuseUpgradeOf } from '../tasks/versionConflicts.ts';

export type DefaultVersionStore = ReturnType<typeof createDefaultVersionStore>;

/** The default versions of all processes; the settings say what they are until somebody switches them. */
export function createDefaultVersionStore(db: Database, settings: Parameters<typeof firstVersions>[0]) {
  const first = firstVersions(settings);

  /** In the transaction `tx`, or of this moment. */
  const read = async (tx: Sql = db): Promise<DefaultVersions> => {
    const rows = await tx.query<{ kind: keyof DefaultVersions; version: number }>(
      'select kind, version from default_versions',
    );
    return { ...first, ...Object.fromEntries(rows.map(({ kind, version }) => [kind, version])) };
  };

  const switchTo = async (
    tx: Sql,
    kind: keyof DefaultVersions,
    to: number,
    actor: Actor,
  ): Promise<number> => {
    await holdFromRemoval(tx, kind, to);
    // Of two switches at a time the later one sees what the other has made of it.
    await tx.query('lock table default_versions in share row exclusive mode');
    const from = (await read(tx))[kind];
    await tx.execute(
      `insert into default_versions (kind, version, switched_by) values ($1, $2, $3)
       on conflict (kind) do update set version = excluded.version, switched_time = now(),
         switched_by = excluded.switched_by where default_versions.version <> excluded.version`,
      [kind, to, actor.login],
    );
    if (from !== to) {
      await recordAudit(tx, {
        actor,
        action: 'network.default',
        objectType: 'network',
        objectId: `${kind} ${to}`,
        before: { version: from },
        after: { version: to },
      });
    }
    return from;
  };

  return {
    read,

    /** In an upgrade's own transaction. @returns which was the default before @throws DomainError versionInUse */
    switchTo,

    /**
     * Makes `to` the default version; a gc that removes it must not be open, nor an upgrade of either version.
     * @returns whether it was another one before
     * @throws DomainError versionInUse | upgradeOpen
     */
    switch: (kind: keyof DefaultVersions, to: number, actor: Actor): Promise<boolean> =>
      db.transaction(async (tx) => {
        for (const version of [to, (await read(tx))[kind]])
          await refuseUpgradeOf(tx, { type: kind, version });
        return (await switchTo(tx, kind, to, actor)) !== to;
      }),
  };
}
