import { pino, type Logger } from 'pino';
import { describeError } from './describeError.ts';
import { pretty } from './prettyLog.ts';

export type { Logger } from 'pino';

const secretKeys = ['authorization', 'cookie', 'set-cookie', 'password', 'descriptor'];

const redactedPaths = secretKeys.flatMap((key) => {
  const step = key.includes('-') ? `["${key}"]` : key;
  const dotted = step.startsWith('[') ? step : `.${step}`;
  return [step, `*${dotted}`, `*.*${dotted}`];
});

export interface LoggerOptions {
  readonly name: string;
  readonly level: string;
  readonly format: 'pretty' | 'json';
  /** Where lines go; default stderr, so that stdout is left to results. */
  readonly destination?: NodeJS.WritableStream;
}

/** A logger that hides credentials and descriptors up to two levels deep in what it is given. */
export function createLogger({ name, level, format, destination = process.stderr }: LoggerOptions): Logger {
  return pino(
    {
      name,
      level,
      base: format === 'pretty' ? { name } : { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Temporal's SDK logs errors under the longer name.
      serializers: { err: describeError, error: describeError },
      redact: { paths: redactedPaths, censor: '[hidden]' },
    },
    format === 'pretty' ? pretty(destination) : destination,
  );
}
