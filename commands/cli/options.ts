import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError } from '../../platform/config.ts';
import { printableLines } from '../../platform/printable.ts';
import { explainFailure, explainOutput } from './explainFailure.ts';
import { keepFilesPrivate } from '../../platform/privateFiles.ts';

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
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .exitOverride();
}

const leftOpenMs = 2_000;

/** Runs a command line to its end and sets the exit status: 0 success, 1 failure, 2 wrong usage or settings. */
export async function runCommand(command: Command, argv: readonly string[] = process.argv): Promise<void> {
  keepFilesPrivate();
  endWhenUnread();
  try {
    await command.parseAsync(argv);
  } catch (error) {
    process.exitCode = statusOf(error);
    // Commander has printed its own faults already.
    if (!(error instanceof CommanderError))
      process.stderr.write(`${printableLines(explainFailure(error))}\n`);
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

/** For commander: what an option may be given several times for. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** For commander: a number from 0 to 1. */
export function share(value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number <= 1) return number;
  throw new InvalidArgumentError('It must be a number from 0 to 1, such as 0.8.');
}

/** For commander: what the database takes as a name. */
export function shortText(value: string): string {
  if (value !== '' && value.length <= 128 && !value.includes('\0')) return value;
  throw new InvalidArgumentError('It must have 1 to 128 characters.');
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof ConfigError || error instanceof UsageError ? 2 : 1;
}

/** What is printed is what a command is run for: unless that can be written, it has failed. */
function endWhenUnread(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // What has processes of its own stops them in order, and hears of this itself.
    if (process.stdout.listenerCount('error') > 1) return;
    process.stderr.write(`${explainOutput(error)}\n`);
    process.exit(1);
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => {
    if (process.stderr.listenerCount('error') === 1) process.exit(1);
  });
}
