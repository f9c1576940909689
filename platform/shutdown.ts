import { ConfigError, isRunByNpm, type Config } from './config.ts';
import type { Logger } from './logger.ts';

export type ShutdownStage = 'first' | 'normal' | 'last';

type Handler = () => Promise<void> | void;

export interface Shutdown {
  /** Handlers of one stage run together, the stages one after another: stop accepting, drain, close. */
  on(stage: ShutdownStage, name: string, handler: Handler): void;
  /** Runs all handlers once, however often it is asked, and then ends the process. */
  begin(reason: string, exitCode?: number): Promise<void>;
  readonly isStopping: boolean;
}

/** A process of the service: what it was started with, and how it stops. */
export interface ServiceProcess<Settings extends Config> {
  readonly config: Settings;
  readonly log: Logger;
  readonly shutdown: Shutdown;
  /** Fires when it is told to stop. */
  readonly stopping: AbortSignal;
}

export interface ShutdownOptions {
  readonly log: Logger;
  /** After this time the process is killed, because a handler has not ended. */
  readonly limitMs?: number;
  /** Wait before the first handler, for load balancers to notice that this process is leaving. */
  readonly graceMs?: number;
  /** Called at once, before that wait. */
  readonly onBegin?: () => void;
  /** Whether it stops, with status 1, when it says something on stdout that nobody can read any more. */
  readonly endsUnread?: boolean;
  /** What ends the process; tests put their own here. */
  readonly exit?: (code: number) => void;
  /** The same at the limit. */
  readonly kill?: () => void;
}

const stages: readonly ShutdownStage[] = ['first', 'normal', 'last'];

/**
 * Stops this process in order at SIGINT, SIGTERM, SIGHUP, when the parent that holds its IPC channel or the npm that
 * runs it is gone, and (with status 1) after an exception that nobody caught.
 */
export function createShutdown({
  log,
  limitMs = 9_000,
  graceMs = 0,
  onBegin = () => undefined,
  endsUnread = false,
  exit = (code) => process.exit(code),
  // Node's own exit waits for its threads, for ever where a file system does not answer, and hears no signal meanwhile.
  kill = () => process.kill(process.pid, 'SIGKILL'),
}: ShutdownOptions): Shutdown {
  const handlers: { stage: ShutdownStage; name: string; handler: Handler }[] = [];
  let stopping: Promise<void> | undefined;

  async function runStages(reason: string, exitCode: number): Promise<void> {
    log.info({ reason }, 'stopping');
    onBegin();
    let code = exitCode;
    const limit = setTimeout(() => {
      log.error({ limitMs }, 'did not stop in time, killed');
      kill();
    }, limitMs);
    if (graceMs > 0) await new Promise((done) => setTimeout(done, graceMs));
    for (const stage of stages) {
      const ofStage = handlers.filter((entry) => entry.stage === stage);
      const results = await Promise.allSettled(ofStage.map(async ({ handler }) => handler()));
      results.forEach((result, index) => {
        if (result.status === 'fulfilled') return;
        code ||= 1;
        log.error({ err: result.reason as unknown, handler: ofStage[index]?.name }, 'could not stop cleanly');
      });
    }
    clearTimeout(limit);
    clearInterval(watch);
    for (const [event, listener] of listeners) process.off(event, listener);
    log.info('stopped');
    exit(code);
  }

  const begin = (reason: string, exitCode = 0): Promise<void> => (stopping ??= runStages(reason, exitCode));
  const crash = (error: unknown): void => {
    // A start that was still waiting for something has been given up, as it should.
    if (stopping !== undefined && error instanceof Error && error.name === 'AbortError') return;
    if (error instanceof ConfigError) {
      log.fatal(error.message);
      void begin('invalid settings', 2);
      return;
    }
    log.fatal({ err: error }, 'unexpected failure');
    void begin('unexpected failure', 1);
  };
  const listeners: [string, (error: unknown) => void][] = [
    ['uncaughtException', crash],
    ['unhandledRejection', crash],
    ['SIGINT', () => void begin('SIGINT')],
    ['SIGTERM', () => void begin('SIGTERM')],
    ['SIGHUP', () => void begin('SIGHUP')],
    ['disconnect', () => void begin('the parent process has exited')],
  ];
  for (const [event, listener] of listeners) process.on(event, listener);
  for (const output of [process.stdout, process.stderr]) output.off('error', ignore).on('error', ignore);
  if (endsUnread) {
    process.stdout.on('error', () => {
      if (stopping === undefined) log.error('stdout is no longer read: its pipe is closed');
      void begin('stdout is no longer read', 1);
    });
  }
  const watch = onceNpmIsGone(() => void begin('npm has exited'));

  return {
    on: (stage, name, handler) => void handlers.push({ stage, name, handler }),
    begin,
    get isStopping() {
      return stopping !== undefined;
    },
  };
}

/**
 * Nobody reads what is said: the reader of a pipe has ended, or the terminal is closed. Taken for a failure it would be
 * said in turn, which fails again, without an end.
 */
const ignore = (): void => undefined;

const lookForNpmEveryMs = 1_000;

/**
 * An npm that is killed tells nobody, and its script would hold ports and data for ever. Started in any other way, a
 * process outlives whatever started it. The scripts say `exec`: with a shell in between, npm would not be the parent,
 * and would hand a SIGTERM to the shell alone.
 */
function onceNpmIsGone(hear: () => void): NodeJS.Timeout | undefined {
  if (!isRunByNpm()) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    hear();
  }, lookForNpmEveryMs);
  return watch.unref();
}
