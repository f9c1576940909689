import type { Maintenance } from '../../db/maintenance/maintenanceStore.ts';

export function presentMaintenance(maintenance: Maintenance) {
  return {
    active: maintenance.active,
    start_time: maintenance.startTime?.toISOString() ?? null,
    started_by: maintenance.startedBy,
    note: maintenance.note,
  };
}
