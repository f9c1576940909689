import type { HeldTasks } from '../db/maintenance/heldTasks.ts';
import type { Gateway } from './gateway.ts';

export interface MaintenanceFollowerDeps {
  readonly heldTasks: HeldTasks;
  readonly gateway: Pick<Gateway, 'controlTask'>;
}

const atOnce = 20;

/** Makes tasks follow the switch of the maintenance: all rows first, then their workflows, as far as these can be told. */
export function createMaintenanceFollower({ heldTasks, gateway }: MaintenanceFollowerDeps) {
  return async (): Promise<void> => {
    const tasks = await heldTasks.follow();
    for (let start = 0; start < tasks.length; start += atOnce) {
      const some = tasks.slice(start, start + atOnce);
      const told = await Promise.allSettled(some.map((task) => gateway.controlTask(task)));
      // The engine is away: the rows say enough to the reconciler.
      for (const one of told) if (one.status === 'rejected') throw one.reason;
    }
  };
}
