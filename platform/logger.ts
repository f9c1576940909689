import { type DestinationStream, type Logger, pino } from 'pino';
import { build } from 'pino-pretty';
import { printableLines } from './printable.ts';
import { traceFields } from './tracing/span.ts';

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
      mixin: traceFields,
      // Temporal's SDK logs errors under the longer name.
      serializers: { err: describeError, error: describeError },
      redact: { paths: redactedPaths, censor: '[hidden]' },
    },
    format === 'pretty' ? pretty(destination) : destination,
  );
}

const toldFields = ['type', 'message', 'stack', 'code', 'sql'] as const;

/**
 * What the log tells of an error. A database error carries the values of its statement too, password hashes and
 * descriptors among them; so only known fields go on.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const all: Partial<Record<string, unknown>> = { ...pino.stdSerializers.err(error) };
  const { aggregateErrors } = all;
  return {
    ...Object.fromEntries(toldFields.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]))),
    ...(Array.isArray(aggregateErrors) && error instanceof AggregateError
      ? { aggregateErrors: error.errors.map(describeError) }
      : {}),
  };
}

/**
 * Lines for a person's eyes: time, level, process, message; made in this thread, so none is lost at exit. Text that
 * others chose, such as the name of a file, reaches the terminal in printable characters only.
 */
function pretty(destination: NodeJS.WritableStream): DestinationStream {
  const isTerminal = 'isTTY' in destination && destination.isTTY === true;
  const lines = build({
    destination,
    colorize: isTerminal,
    ignore: 'hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    sync: true,
  });
  return { write: (line) => void lines.write(`${JSON.stringify(JSON.parse(line, toPrintable))}\n`) };
}

function toPrintable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? printableLines(value) : value;
}
