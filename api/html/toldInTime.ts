import { setTimeout as delay } from 'node:timers/promises';

// A page comes within two seconds, of which its own making takes some.
const limitMs = 1_400;

/** One of the many things of a page; null: the database did not tell it in time, and the page comes without it. */
export async function toldInTime<T>(
  asked: Promise<T>,
  isUnavailable: (error: unknown) => boolean,
): Promise<T | null> {
  const answered = new AbortController();
  const late = delay(limitMs, null, { signal: answered.signal, ref: false }).catch(() => null);
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return null;
  } finally {
    answered.abort();
  }
}
