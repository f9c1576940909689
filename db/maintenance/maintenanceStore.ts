import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { isOpenTask } from '../engine/turns.ts';
import type { Database, Sql } from '../sql/connection.ts';

/** These three are null while it is not active. */
export interface Maintenance {
  readonly active: boolean;
  readonly startTime: Date | null;
  readonly startedBy: string | null;
  readonly note: string | null;
}

export type MaintenanceStore = ReturnType<typeof createMaintenanceStore>;

/** The switch that pauses everything. Only the switch itself: db/maintenance/heldTasks.ts makes the tasks follow it. */
export function createMaintenanceStore(db: Database) {
  return {
    /** Harmless when it is repeated; a note replaces the one before. */
    start: (note: string | null, actor: Actor): Promise<void> =>
      db.transaction((tx) => start(tx, note, actor)),

    /** Harmless when it is repeated. The audit keeps the note. */
    end: (note: string | null, actor: Actor): Promise<void> => db.transaction((tx) => end(tx, note, actor)),
  };
}

export function createMaintenanceQueries(db: Sql) {
  return {
    read: async (): Promise<Maintenance> => {
      const [row] = await db.query<Maintenance>(
        'select active, start_time "startTime", started_by "startedBy", note from maintenance',
      );
      return row ?? { active: false, startTime: null, startedBy: null, note: null };
    },

    /** Tasks that it has paused. What waits for its turn is held without being paused. */
    countPaused: async (): Promise<number> => {
      const [row] = await db.query<{ count: number }>(
        `select count(*) from tasks where held_by_maintenance and ${isOpenTask()}`,
      );
      return row?.count ?? 0;
    },
  };
}

async function start(tx: Sql, note: string | null, actor: Actor): Promise<void> {
  const [before] = await tx.query<{ active: boolean; note: string | null }>(
    'select active, note from maintenance for update',
  );
  if (before?.active === true && before.note === note) return;
  const isNew = before?.active !== true;
  const [row] = await tx.query<{ number: number }>(
    `update maintenance set active = true, note = $1, number = case when active then number else number + 1 end,
       start_time = case when active then start_time else now() end,
       started_by = case when active then started_by else $2 end
     returning number`,
    [note, actor.login],
  );
  if (row === undefined) throw new Error('the row of the maintenance is gone');
  await recordAudit(tx, {
    actor,
    action: isNew ? 'maintenance.start' : 'maintenance.note',
    objectType: 'maintenance',
    objectId: row.number,
    ...(isNew ? {} : { before: { note: before.note } }),
    after: { note },
  });
}

async function end(tx: Sql, note: string | null, actor: Actor): Promise<void> {
  const [row] = await tx.query<{ number: number }>(
    `update maintenance set active = false, note = null, start_time = null, started_by = null where active
     returning number`,
  );
  if (row === undefined) return;
  await recordAudit(tx, {
    ...{ actor, action: 'maintenance.end', objectType: 'maintenance', objectId: row.number },
    ...(note === null ? {} : { after: { note } }),
  });
}
