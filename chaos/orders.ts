import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { rateAfter, type Step } from './plan.ts';
import type { System } from './system.ts';
import type { Job } from './world.ts';

type Order = Extract<Step, { act: 'pause' | 'resume' | 'cancel' | 'retry' | 'throttle' | 'undo' }>;
type Wish = 'run' | 'pause' | 'cancel';

export interface TaskRow {
  readonly task_id: number;
  readonly state: string;
  readonly desired_state: Wish;
  readonly objects_expected: number;
  /** Null: as fast as it can. */
  readonly objects_per_second: number | null;
  readonly failure: object | null;
  /** Whether it has an undo window. */
  readonly is_undoable: boolean;
}

export type Orders = ReturnType<typeof createOrders>;

const limitMs = 120_000;
const isFinal = ({ state }: TaskRow) => ['done', 'failed', 'cancelled'].includes(state);

const allows: Record<Order['act'], (row: TaskRow) => boolean> = {
  pause: ({ state }) => state === 'planning' || state === 'running',
  resume: ({ state }) => state === 'pausing' || state === 'paused',
  cancel: (row) => !isFinal(row),
  throttle: (row) => !isFinal(row),
  retry: isFinal,
  undo: (row) => isFinal(row) && row.is_undoable,
};

const wishAfter: Record<Exclude<Order['act'], 'throttle' | 'undo'>, Wish> = {
  pause: 'pause',
  resume: 'run',
  cancel: 'cancel',
  retry: 'run',
};

/** What admins do meanwhile, through an API that may be away: repeated until it answers. */
export function createOrders(system: System, say: (text: string) => void) {
  /** What was last ordered of each task, and answered with yes. */
  const wishes = new Map<number, Wish>();
  /** The rate that each throttled task was last given. */
  const rates = new Map<number, number | null>();

  /** Null: the API said no, after `lost` calls whose answer did not arrive. */
  const call = async <T>(work: () => Promise<T>): Promise<{ answer: T | null; lost: number }> => {
    const limit = Date.now() + limitMs;
    for (let lost = 0; ; lost += 1) {
      try {
        return { answer: await work(), lost };
      } catch (error) {
        if (/ was answered 4\d\d:/.test(String(error))) return { answer: null, lost };
        if (Date.now() > limit) throw error;
        await delay(200);
      }
    }
  };

  const rows = () => readTasks(system);

  const rowOf = async (taskId: number) => (await rows()).find(({ task_id }) => task_id === taskId);

  const give = async (act: Exclude<Order['act'], 'throttle' | 'undo'>, taskId: number): Promise<void> => {
    const { answer } = await call(() =>
      system.api.patch<object>(
        `/tasks/${taskId}`,
        act === 'retry' ? { action: act, scope: 'all' } : { action: act },
      ),
    );
    if (answer === null) {
      // It came to its end before, or a lost call was heard: its row knows.
      say(`task ${taskId}: too late to ${act}`);
      const row = await rowOf(taskId);
      if (row !== undefined) wishes.set(taskId, isFinal(row) ? 'run' : row.desired_state);
      if (row?.state === 'cancelled') wishes.set(taskId, 'cancel');
    } else wishes.set(taskId, wishAfter[act]);
  };

  const throttle = async (taskId: number, objects_per_second: number): Promise<void> => {
    const { answer } = await call(() =>
      system.api.patch<object>(`/tasks/${taskId}`, { action: 'throttle', objects_per_second }),
    );
    if (answer !== null) rates.set(taskId, objects_per_second);
    else {
      say(`task ${taskId}: too late to throttle`);
      const row = await rowOf(taskId);
      if (row !== undefined) rates.set(taskId, row.objects_per_second);
    }
  };

  /** A call whose answer was lost may have made the task: then the next one is refused, and the rows have it. */
  const undo = async (taskId: number): Promise<void> => {
    say(`undo task ${taskId}`);
    const { answer } = await call(() => system.api.patch<object>(`/tasks/${taskId}`, { action: 'undo' }));
    if (answer === null) say(`task ${taskId}: cannot be undone now`);
  };

  return {
    wishes,
    rates,
    rows,

    /** A call that got no answer may have made the task: it is looked for by its name. */
    start: async (job: Job, name: string): Promise<void> => {
      const find = async () => (await readTasks(system, name))[0]?.task_id;
      const { answer } = await call(
        async () =>
          (await find()) ??
          (await system.api.post<{ task_id: number }>(job.path, { ...job.body, description: name })).task_id,
      );
      if (answer === null) throw new Error(`${name} was refused: ${JSON.stringify(job.body)}`);
      wishes.set(answer, 'run');
      say(`task ${answer}: ${job.plan.kind}, ${job.plan.objects} objects`);
    },

    order: async (order: Order): Promise<void> => {
      const { act, pick } = order;
      const able = (await rows()).filter(allows[act]);
      const chosen = able[pick % Math.max(1, able.length)];
      if (chosen === undefined) say(`no task to ${act}`);
      else if (order.act === 'throttle') {
        const rate = rateAfter(chosen.objects_per_second, order.percent);
        say(
          `throttle task ${chosen.task_id} from ${chosen.objects_per_second ?? 'no limit'} to ${rate} objects a second`,
        );
        await throttle(chosen.task_id, rate);
      } else if (order.act === 'undo') await undo(chosen.task_id);
      else {
        say(`${act} task ${chosen.task_id}`);
        await give(order.act, chosen.task_id);
      }
    },

    give,
    undo,

    /** Whether the task is gone. */
    remove: async (taskId: number): Promise<boolean> => {
      await call(() => system.api.delete<object>(`/tasks/${taskId}`));
      const { answer } = await call(() => system.api.get<object>(`/tasks/${taskId}`));
      return answer === null;
    },
  };
}

/** Past the proxies, as often as it takes until the database answers. */
async function readTasks({ databaseUrl }: System, description?: string): Promise<TaskRow[]> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const client = new pg.Client({ connectionString: databaseUrl(), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<TaskRow>(
        `select task_id::integer, state, desired_state, objects_expected::integer, objects_per_second,
           failure, content ? 'undo_window' as is_undoable from tasks
         where description = coalesce($1, description) order by task_id`,
        [description ?? null],
      );
      return rows;
    } catch (error) {
      if (Date.now() > limit) throw error;
      await delay(200);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
