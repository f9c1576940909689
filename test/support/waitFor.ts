import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * How long tests wait for anything at all: long enough for a machine that is busy with much else, so that a wait in vain
 * is a fault. No test tells right from wrong by it: what must not be waited for lies hours away.
 */
export const patienceMs = 120_000;

export interface WaitOptions {
  readonly limitMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks `fn` again and again until it answers something truthy, and gives that back. An exception counts as
 * "not yet"; past the limit the failure says what was waited for and what `fn` answered or threw last.
 */
export async function waitFor<Value>(
  what: string,
  fn: () => Promise<Value> | Value,
  { limitMs = patienceMs, everyMs = 20 }: WaitOptions = {},
): Promise<NonNullable<Exclude<Value, false>>> {
  const limit = Date.now() + limitMs;
  for (;;) {
    let last: string;
    try {
      const value = await fn();
      if (value) return value as NonNullable<Exclude<Value, false>>;
      last = `the last answer was ${inspect(value)}`;
    } catch (error) {
      last = `the last attempt failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    if (Date.now() >= limit) throw new Error(`waited ${limitMs} ms in vain for ${what}; ${last}`);
    await delay(everyMs);
  }
}
