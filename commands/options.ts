import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError } from '../platform/config.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';

/** Wrong use of a command that its options alone cannot show; ends it with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command with `--help`; an unknown option is refused with the nearest known one. Run it by `runCommand`. */
export function defineCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(--help shows every option)')
    .exitOverride();
}

const leftOpenMs = 2_000;

/** Runs a command line to its end and sets the exit status: 0 success, 1 failure, 2 wrong usage or settings. */
export async function runCommand(command: Command, argv: readonly string[] = process.argv): Promise<void> {
  keepFilesPrivate();
  try {
    await command.parseAsync(argv);
  } catch (error) {
    process.exitCode = statusOf(error);
    // Commander has printed its own faults already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${messageOf(error)}\n`);
    // Whatever a failure has left open, a timer or a connection, must not keep its command for ever.
    setTimeout(() => process.exit(), leftOpenMs).unref();
  }
}

/** For commander: a whole number within limits. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof ConfigError || error instanceof UsageError ? 2 : 1;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a name with several addresses that all refuse, the error itself says nothing.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  // Settings' faults are whole sentences.
  const isWhole = error.cause === undefined || error instanceof ConfigError;
  return isWhole ? error.message : `${error.message}\n  because: ${messageOf(error.cause)}`;
}
