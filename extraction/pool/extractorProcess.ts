import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { plainEnvironment } from '../../platform/childEnvironment.ts';
import type { ChildMessage, ParentMessage } from './protocol.ts';

export interface ExtractorProcess {
  readonly pid: number | undefined;
  send(message: ParentMessage): void;
  kill(): void;
  /** Asks it to leave by closing the channel; killed when it has not left in time. */
  end(withinMs: number): Promise<void>;
}

export interface ExtractorProcessOptions {
  readonly entry?: string;
  onMessage(message: ChildMessage): void;
  /** Once, also when the process could not be started at all. */
  onExit(reason: string): void;
}

const childEntry = fileURLToPath(new URL('child.ts', import.meta.url));

/** Starts one extractor process. It decodes strangers' images, so no secret is in its environment. Its stderr is ours, its stdout is not used. */
export function forkExtractor({
  entry = childEntry,
  onMessage,
  onExit,
}: ExtractorProcessOptions): ExtractorProcess {
  const child: ChildProcess = fork(entry, [], {
    serialization: 'advanced',
    // glibc gives each thread a heap of its own and keeps what a network took while it was loaded: with these two, version
    // 1 takes 148 MB instead of 208, in the same time.
    env: { ...plainEnvironment(), MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '33554432' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let ending = false;
  const exited = new Promise<void>((resolve) => {
    let reason: string | undefined;
    let drained = false;
    const leave = () => {
      if (reason === undefined || !drained) return;
      onExit(reason);
      resolve();
    };
    child.once('exit', (code, signal) => {
      reason = signal ?? `exit status ${code ?? 'unknown'}`;
      leave();
    });
    // The exit may be told before the last messages are read; the channel's end comes after them.
    child.once('disconnect', () => {
      drained = true;
      if (!ending) child.kill('SIGKILL');
      leave();
    });
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      reason = error.message;
      drained = true;
      leave();
    });
  });
  child.on('message', (message) => {
    onMessage(message as ChildMessage);
  });
  return {
    pid: child.pid,
    send: (message) => {
      // A child that is dying refuses; its exit is what is acted on.
      child.send(message, () => undefined);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
    end: async (withinMs) => {
      ending = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
