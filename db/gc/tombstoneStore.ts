import type { FileOutcome } from '../../domain/gc/originRemoval.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import { isFinal, type PartState, type TaskState } from '../../domain/tasks/task.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { settleFiles, waitAfter, type FileCounts } from './fileSettling.ts';
import { isTransient, withRetries } from '../sql/transientErrors.ts';

/** The part that removed a file's rows; null: none is known. */
interface Part {
  readonly taskId: number | null;
  readonly partNo: number | null;
}

/** A file to be removed. */
interface Tombstone extends Part {
  readonly storageKey: string;
}

export interface TombstoneFigures {
  /** Files that nobody has tried to remove, or that are being removed. */
  readonly pending: number;
  /** Files that could not be removed. */
  readonly refused: number;
  readonly oldestSeconds: number;
}

/** Pictures of removed people are still in the store, though nothing answers them. */
class FilesLeftError extends Error {
  override readonly name = 'FilesLeftError';
  /** For everybody who asks for the health. */
  readonly publicReason: string;

  constructor(count: number) {
    const reason = `${count} file${count === 1 ? '' : 's'} of removed samples cannot be removed`;
    super(reason);
    this.publicReason = reason;
  }
}

export type TombstoneStore = ReturnType<typeof createTombstoneStore>;

const countedAtMost = 100_000;
// A sweep goes by a task whose row is held; it comes again.
const lockTimeout = '2s';

/** Files whose rows are gone. A tombstone is removed only after its file, and whoever removes it counts the file. */
export function createTombstoneStore(db: Database) {
  const settleLate = async (part: Part, outcomes: readonly FileOutcome[]): Promise<void> => {
    try {
      await db.transaction((tx) => settleOfEnded(tx, part, outcomes));
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  };

  return {
    /** Files of the part that were not tried since their rows went, or since a retry. */
    listPending: async (part: ClaimedPart, limit: number): Promise<string[]> => {
      const rows = await db.query<{ key: string }>(
        `select storage_key as key from sample_tombstones
         where task_id = $1 and part_no = $2 and state = 'pending' limit $3`,
        [part.task.taskId, part.partNo, limit],
      );
      return rows.map(({ key }) => key);
    },

    /**
     * Writes what became of files of the part: one transaction for all of them. It asks for the claim alone: what is
     * gone is gone, also when the task was told to stop meanwhile.
     */
    settle: async (
      part: ClaimedPart,
      content: GcContent,
      outcomes: readonly FileOutcome[],
    ): Promise<{ readonly part: ClaimedPart; readonly failed: number }> => {
      const counts = await withRetries(() =>
        db.transaction((tx) => settleOfClaim(tx, part, content, outcomes)),
      );
      if (counts === null) {
        const { task, partNo } = part;
        await settleLate({ taskId: task.taskId, partNo }, outcomes);
        return { part, failed: 0 };
      }
      const { checkpoint } = part;
      return {
        failed: counts.failed,
        part: {
          ...part,
          checkpoint: {
            ...checkpoint,
            batches: checkpoint.batches + counts.batches,
            done: checkpoint.done + counts.done,
            failed: checkpoint.failed + counts.failed,
            samplesRemoved: checkpoint.samplesRemoved + counts.samplesRemoved,
          },
        },
      };
    },

    /**
     * The oldest tombstones that are due and that nobody can still be working on: not those of a running part, nor those
     * that an import is about to take away.
     */
    listOld: (olderThanSeconds: number, limit: number): Promise<Tombstone[]> =>
      db.query<Tombstone>(
        `select storage_key as "storageKey", task_id as "taskId", part_no as "partNo" from sample_tombstones x
         where create_time < now() - make_interval(secs => $1) and (attempts = 0 or next_attempt_time <= now())
           and not exists (select from subtasks s
             where s.task_id = x.task_id and s.part_no = x.part_no and s.state = 'running')
         order by next_attempt_time limit $2 for update of x skip locked`,
        [olderThanSeconds, limit],
      ),

    /** Writes what a sweep came to, in the books of tasks too. */
    settleOld: async (tombstones: readonly Tombstone[], outcomes: readonly FileOutcome[]): Promise<void> => {
      const byKey = new Map(outcomes.map((outcome) => [outcome.storageKey, outcome]));
      const byPart = new Map<string, { of: Part; tried: FileOutcome[] }>();
      for (const { storageKey, ...of } of tombstones) {
        const name = `${of.taskId}/${of.partNo}`;
        const outcome = byKey.get(storageKey);
        if (!byPart.has(name)) byPart.set(name, { of, tried: [] });
        if (outcome !== undefined) byPart.get(name)?.tried.push(outcome);
      }
      for (const { of, tried } of byPart.values()) {
        if (tried.length > 0) await settleLate(of, tried);
      }
    },

    figures: (): Promise<TombstoneFigures> => readFigures(db),

    /** @throws FilesLeftError when files of removed samples resist */
    check: async (): Promise<void> => {
      const { refused } = await readFigures(db);
      if (refused > 0) throw new FilesLeftError(refused);
    },
  };
}

async function settleOfClaim(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  outcomes: readonly FileOutcome[],
): Promise<FileCounts | null> {
  const { task, partNo, subtaskId, claim, checkpoint } = part;
  const [mine] = await tx.query(
    `select from subtasks where task_id = $1 and part_no = $2 and claim = $3 and state = 'running' for update`,
    [task.taskId, partNo, claim],
  );
  if (mine === undefined) return null;
  return settleFiles(tx, { task, partNo, subtaskId, content, batches: checkpoint.batches }, outcomes);
}

/** For a part that nobody works on, and for files of no part. A running part counts its files itself. */
async function settleOfEnded(
  tx: Sql,
  { taskId, partNo }: Part,
  outcomes: readonly FileOutcome[],
): Promise<void> {
  await tx.query(`set local lock_timeout = '${lockTimeout}'`);
  // The task first, as whoever ends one does.
  const [task] = await tx.query<{ taskId: number; taskType: number; state: TaskState; content: GcContent }>(
    `select task_id as "taskId", task_type as "taskType", state, content from tasks where task_id = $1 for no key update`,
    [taskId],
  );
  const [part] = await tx.query<{ subtaskId: number; state: PartState; batches: number }>(
    `select subtask_id as "subtaskId", state, batches from subtasks where task_id = $1 and part_no = $2 for update`,
    [taskId, partNo],
  );
  if (task === undefined || part === undefined || partNo === null) return settleOfNobody(tx, outcomes);
  if (part.state === 'running') return;
  const { subtaskId, batches } = part;
  const counts = await settleFiles(tx, { task, partNo, subtaskId, content: task.content, batches }, outcomes);
  // Until a task ends, its parts hold its sums.
  if (!isFinal(task.state)) return;
  await tx.query(
    `update tasks set samples_removed = samples_removed + $2, objects_done = objects_done + $3,
       objects_failed = objects_failed + $4, last_update_time = now(), lock_version = lock_version + 1
     where task_id = $1`,
    [task.taskId, counts.samplesRemoved, counts.done, counts.failed],
  );
}

async function settleOfNobody(tx: Sql, outcomes: readonly FileOutcome[]): Promise<void> {
  await tx.query(
    `with tried as (select * from unnest($1::text[], $2::text[]) t (storage_key, refusal)),
       gone as (
         delete from sample_tombstones x using tried t where x.storage_key = t.storage_key and t.refusal is null
       )
     update sample_tombstones x set state = 'refused', attempts = x.attempts + 1, last_error = t.refusal,
       next_attempt_time = clock_timestamp() + ${waitAfter('x.attempts')}
     from tried t where x.storage_key = t.storage_key and t.refusal is not null`,
    [outcomes.map(({ storageKey }) => storageKey), outcomes.map(({ refusal }) => refusal)],
  );
}

async function readFigures(db: Sql): Promise<TombstoneFigures> {
  const [figures] = await db.query<TombstoneFigures>(
    `select (select count(*) from (select from sample_tombstones where state = 'pending' limit ${countedAtMost}) p) as pending,
       (select count(*) from (select from sample_tombstones where state = 'refused' limit ${countedAtMost}) r) as refused,
       coalesce(extract(epoch from now() - least(
         (select min(create_time) from sample_tombstones where state = 'refused'),
         (select min(create_time) from (select create_time from sample_tombstones limit ${countedAtMost}) x))), 0)::float8
         as "oldestSeconds"`,
  );
  return figures ?? { pending: 0, refused: 0, oldestSeconds: 0 };
}
