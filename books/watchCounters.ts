import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

interface Counters {
  readonly batches: number;
  readonly accounted: number;
  readonly state: string;
  readonly seenAt: number;
}

const parts = `select task_id || '/' || part_no as part, batches, (done + failed)::integer as accounted, state from subtasks`;

const tasks = `select coalesce(string_agg(task_id || state, ',' order by task_id), '') as states,
  count(*) filter (where desired_state = 'run' and state not in ('done', 'failed', 'cancelled'))::integer as wanted
  from tasks`;

/** Looks at the checkpoints of all parts ten times a second, also through restarts of the database. `databaseUrl`: of the server that takes changes at that moment. */
export function watchCounters(databaseUrl: () => string) {
  const stopping = new AbortController();
  const seen = new Map<string, Counters>();
  const backward: string[] = [];
  let changes = 0;
  let longestPause = 0;
  let longestStall = 0;
  let movedAt: number | null = null;
  let states = '';

  const look = async (client: pg.Client): Promise<void> => {
    const before = changes;
    const { rows } = await client.query<{ part: string; batches: number; accounted: number; state: string }>(
      parts,
    );
    for (const { part, ...counters } of rows) comparePart(part, counters);
    const found = await client.query<{ states: string; wanted: number }>(tasks);
    const { states: now = '', wanted = 0 } = found.rows[0] ?? {};
    if (movedAt !== null) longestStall = Math.max(longestStall, performance.now() - movedAt);
    if (changes !== before || now !== states || movedAt === null) movedAt = performance.now();
    if (wanted === 0) movedAt = null;
    states = now;
  };

  const comparePart = (part: string, counters: Omit<Counters, 'seenAt'>): void => {
    const before = seen.get(part);
    if (before?.batches === counters.batches && before.state === counters.state) return;
    if (before !== undefined) {
      if (counters.batches < before.batches || counters.accounted < before.accounted) {
        backward.push(`${part}: ${JSON.stringify(before)} → ${JSON.stringify(counters)}`);
      }
      if (counters.batches !== before.batches) changes += 1;
      if (before.state === 'running')
        longestPause = Math.max(longestPause, performance.now() - before.seenAt);
    }
    seen.set(part, { ...counters, seenAt: performance.now() });
  };

  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const client = new pg.Client({ connectionString: databaseUrl(), connectionTimeoutMillis: 2_000 });
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
      const until = changes;
      while (changes === until && !stopping.signal.aborted) await delay(50);
    },
    /** Longest time that one running part's checkpoint stood still. */
    longestPause: () => longestPause,
    /** Longest time that no checkpoint and no task moved although some task was to run. */
    longestStall: () => longestStall,
    /** Counters that became smaller. */
    steppedBack: () => backward,
    stop: async (): Promise<void> => {
      stopping.abort();
      await watching;
    },
  };
}
