import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

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
  { limitMs = 10_000, everyMs = 20 }: WaitOptions = {},
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
