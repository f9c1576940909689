import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { ConfigError } from './config.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly backlog?: number;
}

/** The settings that a place comes from, to be named when it cannot be had. */
const settings = {
  api: { host: 'HOST', port: 'PORT' },
  worker: { host: 'WORKER_METRICS_HOST', port: 'WORKER_METRICS_PORT' },
} as const;

type Whose = keyof typeof settings;

/** Listens and answers the port. @throws ConfigError when the place cannot be had */
export async function listen(server: Server, place: Place, whose: Whose): Promise<number> {
  try {
    server.listen(place);
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError([describe(error, place, whose)], { cause: error });
  }
  return (server.address() as AddressInfo).port;
}

/** Listens for a moment, to find out before anything is started. @throws ConfigError when the place cannot be had */
export async function checkPlace(place: Place, whose: Whose): Promise<void> {
  const server = createServer();
  await listen(server, place, whose);
  server.close();
  await once(server, 'close');
}

/** True for a `listen` that failed because somebody else listens there. */
export function isTaken(error: unknown): boolean {
  return error instanceof ConfigError && codeOf(error.cause) === 'EADDRINUSE';
}

function describe(error: unknown, { host, port }: Place, whose: Whose): string {
  const names = settings[whose];
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return `${names.port}: ${port} is in use on ${host} by another program; stop it, or set another port (0 picks a free one)`;
  }
  if (code === 'EACCES') return `${names.port}: ${port} is not for this user; set one from 1024 on`;
  return `${names.host}: ${host} is no address of this machine (${code ?? String(error)}); 127.0.0.1 always works`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
