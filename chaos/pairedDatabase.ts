import { startPair } from '../test/support/postgres/pair.ts';
import { waitFor } from '../test/support/waitFor.ts';

/** PostgreSQL with a synchronous standby, which takes its place when it is lost. */
export async function servePair() {
  const pair = await startPair({ fsync: 'off' });
  await pair.synchronise();
  const ports = [pair.primary().port, pair.standby().port] as const;
  return {
    ports,
    /** Of all hosts, by other ports. */
    urlAt: pair.urlAt,
    /** Of the primary alone. */
    url: () => pair.primary().url,
    server: (name: string) =>
      name === 'postgres' ? pair.primary() : name === 'standby' ? pair.standby() : null,
    pids: () => ({ postgres: pair.primary().pid(), standby: pair.standby().pid() }),
    /** The standby has everything: what is committed now is not lost with the primary. */
    inSync: () => waitFor('the standby to have everything', pair.isSynchronous),
    /** The standby takes over, and gets one of its own in the place of the primary, which is down. */
    failOver: async (): Promise<void> => {
      await pair.failOver();
      await pair.rebuild();
      await pair.synchronise();
    },
    stop: pair.stop,
  };
}
