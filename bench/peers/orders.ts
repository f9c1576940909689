import { createBinds } from '../../db/sql/conditions.ts';
import type { Database, Sql } from '../../db/sql/connection.ts';
import { keepPlannedKeys } from '../../db/engine/plannedKeys.ts';
import { everything } from '../../db/selection/keyRange.ts';
import { selectionOf } from '../../db/selection/selection.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Order, WorkWish } from './contender.ts';

/**
 * Cuts what a task of ours would do into parts of the same size, for queues. The row of a task that has ended holds
 * what both keep of a task: results, and which objects an extract is for.
 */
export function makeOrders(db: Database, { work, partSize }: WorkWish): Promise<Order[]> {
  return db.transaction(async (tx) => {
    const [task] = await tx.query<{ taskId: number; upperBound: string }>(
      `insert into tasks (task_type, state, content, description, plan_done, end_time)
       values ($1, 'done', $2, 'of a peer', true, now()) returning task_id as "taskId", upper_bound::text as "upperBound"`,
      [work.kind === 'gc' ? 4 : 5, JSON.stringify(work.content)],
    );
    if (task === undefined) throw new Error('no task');
    const binds = createBinds();
    const selecting = { ...work, upperBound: task.upperBound, isDefaultRemoved: false };
    const { from, key, conditions } = selectionOf(selecting, everything, binds);
    const parts = await tx.query<{ toKey: string; expected: number; keys: string | null }>(
      `select (array_agg(key order by key desc))[1] as "toKey", count(*) as expected,
         ${work.kind === 'gc' ? 'null' : 'array_agg(key order by key)::text'} as keys
       from (select ${key} as key, (row_number() over (order by ${key}) - 1) / ${partSize} as part
             from ${from} where ${conditions.join(' and ')}) numbered group by part order by part`,
      binds.values,
    );
    const orders = parts.map(({ toKey, expected }, at): Order => {
      const fromKey = parts[at - 1]?.toKey ?? null;
      return { ...work, ...task, partNo: at + 1, fromKey, toKey, expected };
    });
    if (work.kind === 'extract') await planKeys(tx, orders, parts);
    return orders;
  });
}

async function planKeys(
  tx: Sql,
  orders: readonly Order[],
  parts: readonly { readonly keys: string | null }[],
): Promise<void> {
  const [{ taskId } = { taskId: 0 }] = orders;
  await tx.query(
    `insert into subtasks (task_id, part_no, to_key, expected, state)
     select $1, part_no, to_key, expected, 'done' from unnest($2::integer[], $3::uuid[], $4::integer[]) x (part_no, to_key, expected)`,
    [
      taskId,
      ...[orders.map(({ partNo }) => partNo), orders.map(({ toKey }) => toKey)],
      orders.map(({ expected }) => expected),
    ],
  );
  const planned = parts.map(({ keys }, at) => ({ partNo: at + 1, keys: keys ?? '{}' }));
  await keepPlannedKeys(tx, taskId, planned);
}

/** The order as our own statements want it, from where the last committed batch of it ended. */
export async function resume(db: Sql, order: Order): Promise<ClaimedPart> {
  const { taskId, partNo, fromKey, toKey, upperBound, expected, kind, content } = order;
  const [last] = await db.query<{ seq: number; key: string }>(
    `select seq, ids[count] as key from task_result_chunks where task_id = $1 and part_no = $2 order by seq desc limit 1`,
    [taskId, partNo],
  );
  const work = { kind, content } as Pick<Order, 'kind' | 'content'>;
  return {
    task: {
      ...({ ...work, taskId, upperBound, taskType: 0 } as Order & { taskType: number }),
      ...{ state: 'running', desiredState: 'run', generation: 1, planCursor: null, planDone: true },
      ...{ isDefaultRemoved: false, restState: null, windowSize: null, priority: 3 },
      ...{ errorBudget: null, objectsLimit: null },
    },
    ...{ partNo, subtaskId: 0, claim: '', range: { fromKey, toKey }, expected, attempt: 1 },
    ...{ isSparse: false, retryErrors: false, retryCode: null, isWhole: false },
    checkpoint: {
      ...{ cursor: last?.key ?? fromKey, walked: false, errorCursor: null, batches: last?.seq ?? 0 },
      ...{ done: 0, failed: 0, skipped: 0, samplesRemoved: 0, samplesLeft: 0, originsRemoved: 0 },
    },
  };
}

/** What a queue's worker asks between two batches, since no queue stops a job that runs. */
export async function isCancelled(db: Sql, { taskId }: Order): Promise<boolean> {
  const [row] = await db.query<{ cancelled: boolean }>(
    `select desired_state = 'cancel' as cancelled from tasks where task_id = $1`,
    [taskId],
  );
  return row?.cancelled !== false;
}
