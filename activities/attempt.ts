import { Context } from '@temporalio/activity';
import { toFailure } from './failures.ts';

const heartbeatEveryMs = 2_000;

/**
 * Runs an activity's body with a heartbeat of its own, so that the server notices within seconds that the process is
 * gone, whatever the body waits for; translates what it throws.
 */
export async function attempt<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => {
    context.heartbeat();
  }, heartbeatEveryMs);
  try {
    return await work(context);
  } catch (error) {
    throw toFailure(error, context.info.attempt);
  } finally {
    clearInterval(beat);
  }
}
