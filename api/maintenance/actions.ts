import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { MaintenanceStore } from '../../db/maintenance/maintenanceStore.ts';
import type { Admission } from '../../temporal/admission.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';

export interface MaintenanceActionsDeps {
  readonly maintenance: MaintenanceStore;
  /** Makes all tasks follow the switch. */
  readonly followMaintenance: () => Promise<void>;
  readonly startNext: Admission['startNext'];
  readonly log: Logger;
}

export type MaintenanceActions = ReturnType<typeof createMaintenanceActions>;

/**
 * Pauses everything, and resumes what that has paused. The switch is one row, written first; what is not finished when
 * the answer is due, or when the process dies, the reconciler does.
 */
export function createMaintenanceActions(deps: MaintenanceActionsDeps) {
  const { maintenance, log } = deps;
  const tell = createTellEngine(log);
  return {
    start: async (note: string | null, actor: Actor): Promise<void> => {
      await maintenance.start(note, actor);
      await tell(deps.followMaintenance, {}, actor);
    },

    end: async (note: string | null, actor: Actor): Promise<void> => {
      await maintenance.end(note, actor);
      await Promise.all([tell(deps.followMaintenance, {}, actor), tell(deps.startNext, {}, actor)]);
    },
  };
}
