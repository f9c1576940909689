import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../books/withClient.ts';
import type { Orders } from './orders.ts';
import type { System } from './system.ts';

// 400,000 ids, some 15 MB: more than the buffers between API and reader hold.
const batches = 100;
const idsOfBatch = 4_000;

/** Readers whose tasks are removed before they have read to the end. */
export function createReadings(system: System, orders: Orders, say: (text: string) => void) {
  const readings: Promise<string | null>[] = [];

  const readAndRemove = async (afterMs: number): Promise<string | null> => {
    const taskId = await addEndedTask(system);
    const answer = await beginReading(system, taskId);
    await delay(afterMs);
    const isGone = await orders.remove(taskId);
    say(`task ${taskId} was removed while its result was read`);
    if (!isGone) return `task ${taskId} could not be removed while its result was read`;
    if (answer === null) return null;
    const { isWhole, ids } = await readOn(answer);
    return isWhole && ids !== batches * idsOfBatch
      ? `a result of ${batches * idsOfBatch} ids ended properly after ${ids}`
      : null;
  };

  return {
    start: (afterMs: number): void => {
      readings.push(readAndRemove(afterMs).catch((error: unknown) => `a result: ${String(error)}`));
    },
    /** What readers took for a whole answer and was none. */
    faults: async (): Promise<string[]> => (await Promise.all(readings)).filter((fault) => fault !== null),
  };
}

/** A task that has removed faces that nobody else knows; past the proxies, as often as it takes. */
async function addEndedTask({ databaseUrl }: System): Promise<number> {
  for (;;) {
    try {
      return await withClient(databaseUrl(), async (client) => {
        client.on('error', () => undefined);
        const { rows } = await client.query<{ task_id: number }>(
          `with made as (
             insert into tasks (task_type, state, content, plan_done, objects_expected, objects_done, result_id,
               created_by_login, end_time)
             values (4, 'done', '{"target": "faces", "filters": {"user_data": "read"}, "store_results": true}', true,
               $1, $1, gen_random_uuid(), 'chaos', now())
             returning task_id
           ), chunks as (
             insert into task_result_chunks (task_id, part_no, seq, count, ids)
             select task_id, part, 0, $2, ids from made, generate_series(1, $3::integer) part,
               lateral (select array_agg(gen_random_uuid()) ids from generate_series(1, $2::integer) where part > 0) batch
           )
           select task_id::integer from made`,
          [batches * idsOfBatch, idsOfBatch, batches],
        );
        return rows[0]?.task_id ?? 0;
      });
    } catch {
      await delay(200);
    }
  }
}

/** Null: the API is away. Only the beginning is read. */
async function beginReading({ apiUrl, credentials }: System, taskId: number) {
  const request = get(`${apiUrl}/4/tasks/${taskId}/result`, { headers: credentials, agent: false });
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) {
      answer.destroy();
      return null;
    }
    // Broken off while nobody reads on: `readOn` sees it.
    request.on('error', () => undefined);
    answer.on('error', () => undefined);
    return answer;
  } catch {
    return null;
  }
}

/** Some UUIDs and whether the answer came to its proper end. */
async function readOn(answer: IncomingMessage): Promise<{ isWhole: boolean; ids: number }> {
  let quotes = 0;
  answer.setEncoding('utf8');
  answer.on('data', (piece: string) => {
    quotes += piece.split('"').length - 1;
  });
  if (!answer.closed) await new Promise((resolve) => answer.once('close', resolve));
  // The key and its quotes are the same in each answer: {"removed":["…","…"]}.
  return { isWhole: answer.complete && answer.errored === null, ids: quotes / 2 - 1 };
}
