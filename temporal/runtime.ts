import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Runtime, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

// What the SDK finds worth knowing about each worker's life is detail to the service.
const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

const loopback = '127.0.0.1';
const tries = 5;

export interface TemporalRuntime {
  /** The SDK's own figures in the text format of Prometheus. */
  renderMetrics(): Promise<string>;
}

/** Sets the SDK's core up; once per process, and before the first connection. */
export async function installRuntime(log: Logger): Promise<TemporalRuntime> {
  for (let attempt = 1; ; attempt++) {
    const bindAddress = `${loopback}:${await freePort()}`;
    try {
      Runtime.install({
        logger: toTemporalLogger(log),
        // The entry file decides when to stop; the SDK's own handlers would race it.
        shutdownSignals: [],
        telemetryOptions: {
          metrics: {
            // The core serves its figures at an address that must be an IP and free, and tells no port of its choice.
            prometheus: {
              bindAddress,
              countersTotalSuffix: true,
              unitSuffix: true,
              useSecondsForDurations: true,
            },
          },
        },
      });
      return { renderMetrics: () => readMetrics(bindAddress) };
    } catch (error) {
      // Somebody may have taken the port in between.
      if (attempt === tries) throw error;
    }
  }
}

async function readMetrics(address: string): Promise<string> {
  const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`Temporal's core answered ${response.status} when asked for its metrics`);
  return response.text();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, loopback);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
