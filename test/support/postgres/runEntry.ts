import { execFile } from 'node:child_process';
import { testTemporalAddress } from '../servers/database.ts';

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a process of the service, or a command, that is expected to end at its start. */
export function runEntry(file: string, settings: Readonly<Record<string, string>>): Promise<Ended> {
  const own = {
    ...{ LOG_FORMAT: 'json', PORT: '0', WORKER_METRICS_PORT: '0', TEMPORAL_ADDRESS: testTemporalAddress() },
    ...{ SESSION_SECRET: 'x'.repeat(32), ADMIN_LOGIN: 'root@example.org', ...settings },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { env: { ...process.env, ...own } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
