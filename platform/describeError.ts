import { pino } from 'pino';

const toldFields = ['type', 'message', 'stack', 'code', 'sql'] as const;

/**
 * What the log tells of an error. A database error carries the values of its statement too, password hashes and
 * descriptors among them; so only known fields go on.
 */
export function describeError(error: unknown): unknown {
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
