import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

interface Counters {
  readonly batches: number;
  readonly accounted: number;
  readonly state: string;
  readonly seenAt: number;
}

/** Looks at the checkpoints of all parts ten times a second, also through restarts of the database. */
export function watchCounters(databaseUrl: string) {
  const stopping = new AbortController();
  const parts = new Map<string, Counters>();
  const backward: string[] = [];
  let changes = 0;
  let longestPause = 0;

  const look = async (client: pg.Client): Promise<void> => {
    const { rows } = await client.query<{ part: string; batches: number; accounted: number; state: string }>(
      `select task_id || '/' || part_no as part, batches, (done + failed)::integer as accounted, state from subtasks`,
    );
    for (const { part, ...counters } of rows) {
      const before = parts.get(part);
      if (before?.batches === counters.batches && before.state === counters.state) continue;
      if (before !== undefined) {
        if (counters.batches < before.batches || counters.accounted < before.accounted) {
          backward.push(`${part}: ${JSON.stringify(before)} → ${JSON.stringify(counters)}`);
        }
        if (counters.batches !== before.batches) changes += 1;
        if (before.state === 'running')
          longestPause = Math.max(longestPause, performance.now() - before.seenAt);
      }
      parts.set(part, { ...counters, seenAt: performance.now() });
    }
  };

  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        for (;;) {
          await look(client);
          await delay(100, undefined, { signal: stopping.signal });
        }
      } catch {
        // The database is being restarted, or the watch ends.
        await delay(100);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  })();

  return {
    /** Resolves when a checkpoint has moved since this call. */
    nextChange: async (): Promise<void> => {
      const seen = changes;
      while (changes === seen && !stopping.signal.aborted) await delay(50);
    },
    /** Longest time that one running part's checkpoint stood still. */
    longestPause: () => longestPause,
    /** Counters that became smaller. */
    steppedBack: () => backward,
    stop: async (): Promise<void> => {
      stopping.abort();
      await watching;
    },
  };
}
