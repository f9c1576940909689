import type { Response } from 'express';
import type { Stores } from '../../db/stores.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { MaintenanceActions } from './actions.ts';
import { presentMaintenance } from './present.ts';

export interface MaintenanceDeps extends Pick<Stores, 'maintenanceQueries'> {
  readonly maintenanceActions: MaintenanceActions;
}

interface Switch {
  readonly active: boolean;
  readonly note?: string | null;
}

export function maintenanceRoutes({ maintenanceQueries, maintenanceActions }: MaintenanceDeps): Handlers {
  const show = async (res: Response): Promise<void> => {
    const [row, paused] = await Promise.all([maintenanceQueries.read(), maintenanceQueries.countPaused()]);
    res.json({ ...presentMaintenance(row), paused_tasks: paused });
  };
  return {
    getMaintenance: (_req, res) => show(res),

    switchMaintenance: async (req, res) => {
      const { active, note = null } = inputOf<{ body: Switch }>(req).body;
      await maintenanceActions[active ? 'start' : 'end'](note, actorOf(req));
      await show(res);
    },
  };
}
