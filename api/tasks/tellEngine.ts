import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';

// An answer never waits longer for the engine, whatever the gateway does.
const engineLimitMs = 2_000;

/** Waiting for the engine to be told what a row says already. One that cannot be told is no failure: the reconciler does it. */
export function createTellEngine(log: Logger) {
  return async (
    call: Promise<unknown>,
    about: Readonly<Record<string, number>>,
    { requestId }: Pick<Actor, 'requestId'>,
  ): Promise<void> => {
    const limit = new AbortController();
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer in ${engineLimitMs} ms`)), engineLimitMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    try {
      await Promise.race([call, late]);
    } catch (error) {
      log.warn(
        { err: error, ...about, requestId },
        'the engine could not be notified; the reconciler takes over',
      );
    } finally {
      limit.abort();
    }
  };
}
