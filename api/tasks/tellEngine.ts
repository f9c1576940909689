import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';

// An answer never waits longer for the engine, whatever the gateway does.
const engineLimitMs = 2_000;

/** Whether the engine answers, for all that one request tells it. */
export interface EngineContact {
  isAway: boolean;
}

/**
 * Waiting for the engine to be told what a row says already. One that cannot be told is no failure: the reconciler does
 * it, and a request that tells of many tasks tells no more of them.
 */
export function createTellEngine(log: Logger) {
  return async (
    call: () => Promise<unknown>,
    about: Readonly<Record<string, number>>,
    { requestId }: Pick<Actor, 'requestId'>,
    contact: EngineContact = { isAway: false },
  ): Promise<void> => {
    if (contact.isAway) return;
    const limit = new AbortController();
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer in ${engineLimitMs} ms`)), engineLimitMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    try {
      await Promise.race([call(), late]);
    } catch (error) {
      contact.isAway = true;
      log.warn(
        { err: error, ...about, requestId },
        'the engine could not be notified; the reconciler takes over',
      );
    } finally {
      limit.abort();
    }
  };
}
