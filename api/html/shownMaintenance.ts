import type { Response } from 'express';
import type { MaintenanceShape } from '../../views/shapes.ts';

const name = 'maintenance';

/** What the banner of the page that is about to be made says. */
export function setShownMaintenance(res: Response, maintenance: MaintenanceShape | null): void {
  res.locals[name] = maintenance;
}

/** null: of a stranger's page, or the database could not be asked. */
export function shownMaintenanceOf(res: Response): MaintenanceShape | null {
  return (res.locals[name] as MaintenanceShape | undefined) ?? null;
}
