import type { DestinationStream } from 'pino';
import { build } from 'pino-pretty';

/** Lines for a person's eyes: time, level, process, message; made in this thread, so none is lost at exit. */
export function pretty(destination: NodeJS.WritableStream): DestinationStream {
  const isTerminal = 'isTTY' in destination && destination.isTTY === true;
  return build({
    destination,
    colorize: isTerminal,
    ignore: 'hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    sync: true,
  });
}
