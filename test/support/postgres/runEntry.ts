import { runToEnd, type Ended } from '../runToEnd.ts';
import { testTemporalAddress } from '../servers/database.ts';

/** Runs a process of the service, or a command, that is expected to end at its start. */
export function runEntry(file: string, settings: Readonly<Record<string, string>>): Promise<Ended> {
  return runToEnd(process.execPath, [file], {
    ...{ LOG_FORMAT: 'json', PORT: '0', WORKER_METRICS_PORT: '0', TEMPORAL_ADDRESS: testTemporalAddress() },
    ...{ SESSION_SECRET: 'x'.repeat(32), ADMIN_LOGIN: 'root@example.org', ...settings },
  });
}
