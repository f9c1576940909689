import { Runtime, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

// What the SDK finds worth knowing about each worker's life is detail to the service.
const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Sets the SDK's core up; once per process, and before the first connection. */
export function installRuntime(log: Logger): void {
  Runtime.install({
    logger: toTemporalLogger(log),
    // The entry file decides when to stop; the SDK's own handlers would race it.
    shutdownSignals: [],
  });
}

function toTemporalLogger(log: Logger): TemporalLogger {
  const write = (level: Level) => (message: string, meta?: object) => {
    log[levels[level]]({ ...meta }, message);
  };
  return {
    log: (level, message, meta) => {
      write(level)(message, meta);
    },
    trace: write('TRACE'),
    debug: write('DEBUG'),
    info: write('INFO'),
    warn: write('WARN'),
    error: write('ERROR'),
  };
}
