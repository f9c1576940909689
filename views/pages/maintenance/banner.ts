import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { MaintenanceShape } from '../../shapes.ts';

/** What stands above every page while everything is paused. */
export interface MaintenanceBanner {
  readonly since: Time;
  readonly by: string;
  readonly note: string | null;
  readonly end: string;
}

export function maintenanceBanner(maintenance: MaintenanceShape | null): MaintenanceBanner | null {
  if (maintenance?.active !== true) return null;
  const { start_time, started_by, note } = maintenance;
  return {
    since: time(start_time ?? ''),
    by: started_by ?? '',
    note: note === null || /[.!?]$/.test(note) ? note : `${note}.`,
    end: paths.endMaintenance,
  };
}
