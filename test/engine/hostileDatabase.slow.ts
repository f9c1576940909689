import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { startEngine, twoGcWorkers, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;

before(async () => {
  engine = await startEngine({ workers: twoGcWorkers, env: { PART_SIZE_GC: '500' } });
});

after(() => engine.stop());

/**
 * Somebody else's session, in whose open transaction `statement` was run. It ends only when `work` is done: what
 * happens meanwhile has not waited for it.
 */
async function whileHeld<T>(statement: string, work: (holder: pg.Client) => Promise<T>): Promise<T> {
  const holder = new pg.Client({
    connectionString: engine.running().databaseUrl,
    application_name: 'reporting',
  });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(statement);
    return await work(holder);
  } finally {
    await holder.end();
  }
}

/** How long it took, milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function countFaces(accountId: string): Promise<number> {
  const [row] = await engine
    .db()
    .query<{ count: number }>('select count(*) from faces where account_id = $1', [accountId]);
  return row?.count ?? 0;
}

/** Why the task does not get on, as its page and the API tell it. */
async function heldUpBy({ taskId }: TaskRef): Promise<{ error_code: number; detail: string } | null> {
  const [row] = await engine.db().query<{ failure: { error_code: number; detail: string } | null }>(
    `select coalesce(t.failure, (select failure from subtasks s
       where s.task_id = t.task_id and failure is not null limit 1)) as failure from tasks t where task_id = $1`,
    [taskId],
  );
  return row?.failure ?? null;
}

const control = (ref: TaskRef, action: 'cancel' | 'pause' | 'resume') =>
  engine.tasks().control(ref.taskId, action, tester);

test('a task that cannot be planned because of a lock obeys at once, names the holder, and removes nothing after its cancel', async (t) => {
  const { accountId } = await engine.addFaces({ count: 1_000 });
  await engine.snapshot();
  const ref = await whileHeld('lock table faces', async () => {
    const gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    const why = await waitFor('the reason to be told', () => heldUpBy(gc));
    assert.equal(why.error_code, 28108);
    assert.match(why.detail, /^a lock on faces is held by 'reporting' \(user \w+\) since 20/);

    await engine.tasks().throttle(gc.taskId, 100, tester);
    await control(gc, 'pause');
    await engine.gateway().controlTask(gc);
    await waitFor('the task to be paused', async () => (await engine.readTask(gc.taskId)).state === 'paused');
    await control(gc, 'resume');
    await engine.gateway().controlTask(gc);
    await control(gc, 'cancel');
    await engine.gateway().controlTask(gc);
    const took = await timed(async () => {
      assert.equal((await engine.ended(gc.taskId)).state, 'cancelled');
    });
    t.diagnostic(`cancelled after ${took.toFixed(0)} ms`);
    return gc;
  });
  assert.equal(await countFaces(accountId), 1_000);
  assert.deepEqual(await engine.audit([ref.taskId]), []);
});

for (const mode of ['share', 'access exclusive']) {
  test(`a batch that waits for a lock in ${mode} mode removes nothing once the cancel was answered`, async (t) => {
    const { accountId } = await engine.addFaces({ count: 3_000 });
    await engine.snapshot();
    const gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 300);
    await waitFor('the task to remove faces', async () => (await engine.progressOf(gc.taskId)) > 0);
    const answered = await whileHeld(`lock table faces in ${mode} mode`, async (holder) => {
      await waitFor('a batch to wait', async () => {
        const { rows } = await holder.query(
          `select from pg_locks where not granted and relation = 'faces'::regclass limit 1`,
        );
        return rows.length > 0;
      });
      await control(gc, 'cancel');
      const left = Number(
        (
          await holder.query<{ count: string }>('select count(*) from faces where account_id = $1', [
            accountId,
          ])
        ).rows[0]?.count,
      );
      await engine.gateway().controlTask(gc);
      const took = await timed(async () => {
        assert.equal((await engine.ended(gc.taskId)).state, 'cancelled');
      });
      t.diagnostic(`cancelled after ${took.toFixed(0)} ms`);
      return left;
    });
    assert.equal(await countFaces(accountId), answered, 'faces were removed after the cancel was answered');
    assert.deepEqual(await engine.audit([gc.taskId]), []);
  });
}

test('a pause reaches a batch that waits for a lock, and the task goes on where it stopped', async () => {
  const { accountId } = await engine.addFaces({ count: 1_000 });
  await engine.snapshot();
  const gc = await whileHeld('lock table attributes', async (holder) => {
    const started = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    await waitFor('a batch to wait', async () => {
      const { rows } = await holder.query(
        `select from pg_locks where not granted and relation = 'attributes'::regclass limit 1`,
      );
      return rows.length > 0;
    });
    await control(started, 'pause');
    await engine.gateway().controlTask(started);
    await waitFor('the pause', async () => (await engine.readTask(started.taskId)).state === 'paused');
    return started;
  });
  assert.equal(await countFaces(accountId), 1_000);
  await control(gc, 'resume');
  await engine.gateway().controlTask(gc);
  const { state, done } = await engine.ended(gc.taskId);
  assert.deepEqual({ state, done }, { state: 'done', done: 1_000 });
  assert.deepEqual(await engine.audit([gc.taskId]), []);
});

test('faces that another table refers to become errors with its words, and all others are removed; a retry does the rest', async () => {
  const { accountId, faceIds } = await engine.addFaces({ count: 1_200 });
  await engine.snapshot();
  const referred = [faceIds[3], faceIds[700], faceIds[701]];
  await engine.db().query(`create table visits (visit_id bigint generated always as identity,
    face_id uuid not null constraint visits_of_face references faces)`);
  try {
    await engine.db().query('insert into visits (face_id) select unnest($1::uuid[])', [referred]);
    const gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    const { state, done, failed } = await engine.ended(gc.taskId);
    assert.deepEqual({ state, done, failed }, { state: 'done', done: 1_197, failed: 3 });
    const errors = await engine
      .db()
      .query<{ id: string; code: number; detail: string }>(
        'select object_id id, error_code code, detail from task_errors where task_id = $1 order by object_id',
        [gc.taskId],
      );
    assert.deepEqual(
      errors.map(({ id }) => id),
      referred,
    );
    for (const { code, detail } of errors) {
      assert.equal(code, 28107);
      assert.match(detail, /foreign key constraint "visits_of_face" on table "visits" \(23503\)/);
    }
    assert.deepEqual(await engine.audit([gc.taskId]), []);

    await engine.db().query('delete from visits where face_id = $1', [referred[0]]);
    const again = await engine.tasks().retry(gc.taskId, 'failed', tester);
    await engine.gateway().startTask(again);
    const second = await engine.ended(gc.taskId);
    assert.deepEqual(
      { state: second.state, done: second.done, failed: second.failed, skipped: second.skipped },
      { state: 'done', done: 1_198, failed: 2, skipped: 0 },
    );
    assert.deepEqual(await engine.audit([gc.taskId]), []);

    // One of the others is removed by its owner meanwhile.
    await engine.db().query('delete from visits');
    await engine.db().query('delete from faces where face_id = $1', [referred[1]]);
    await engine.gateway().startTask(await engine.tasks().retry(gc.taskId, { errorCode: 28107 }, tester));
    const third = await engine.ended(gc.taskId);
    assert.deepEqual(
      { state: third.state, done: third.done, failed: third.failed, skipped: third.skipped },
      { state: 'done', done: 1_199, failed: 0, skipped: 1 },
    );
    assert.equal(await countFaces(accountId), 0);
  } finally {
    await engine.db().query('drop table visits');
  }
});

test('a trigger that refuses all of them ends the task by its error budget, with the words of the trigger', async () => {
  const { accountId } = await engine.addFaces({ count: 1_100 });
  await engine.db().query(`create function refuse_removal() returns trigger language plpgsql as $$
    begin raise exception 'audit hold 17'; end $$`);
  await engine.db().query(`create trigger audit_hold before delete on faces for each row
    when (old.account_id = '${accountId}') execute function refuse_removal()`);
  try {
    const gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    const { state, failure } = await engine.ended(gc.taskId);
    assert.equal(state, 'failed');
    assert.equal((failure as { error_code: number }).error_code, 28111);
    const [error] = await engine
      .db()
      .query<{ detail: string }>(
        'select detail from task_errors where task_id = $1 and object_id is not null limit 1',
        [gc.taskId],
      );
    assert.equal(error?.detail, 'audit hold 17 (P0001)');
    assert.equal(await countFaces(accountId), 1_100);
  } finally {
    await engine.db().query('drop function refuse_removal cascade');
  }
});

test('what concerns all objects is told with the number of attempts, and the task goes on when it is mended', async () => {
  const { accountId } = await engine.addFaces({ count: 1_000 });
  await engine.db().query('alter table list_faces rename to list_faces_away');
  let gc: TaskRef;
  try {
    gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    const why = await waitFor('the reason to be told', () => heldUpBy(gc));
    assert.equal(why.error_code, 28115);
    assert.equal(why.detail, 'PostgreSQL says: relation "list_faces" does not exist (42P01)');
    const ends = await waitFor('several attempts', async () => {
      const [line] = await engine
        .db()
        .query<{ repeats: number; outcome: string; worker: string }>(
          'select repeats, outcome, worker from task_log where task_id = $1 and part_no is not null order by repeats desc',
          [gc.taskId],
        );
      return line !== undefined && line.repeats > 2 && line;
    });
    assert.equal(ends.outcome, 'failed');
    assert.match(ends.worker, /^[\w.-]+:\d+$/);
    // Age counts from the last commit, or the first claim, through all attempts.
    const [age] = await engine.db().query<{ same: boolean }>(
      `select bool_and(checkpoint_time <= create_time + interval '20 seconds' and failed_attempts > 0) same
       from subtasks where task_id = $1 and state in ('pending', 'running') and attempt > 0`,
      [gc.taskId],
    );
    assert.equal(age?.same, true);
  } finally {
    await engine.db().query('alter table list_faces_away rename to list_faces');
  }
  const { state, done } = await engine.ended(gc.taskId);
  assert.deepEqual({ state, done }, { state: 'done', done: 1_000 });
  assert.equal(await heldUpBy(gc), null);
});

test('a role whose statements may take only so long gets smaller batches, and the task is done', async () => {
  const { accountId } = await engine.addFaces({ count: 1_500 });
  // Each face takes two milliseconds to remove: a batch of hundreds takes longer than the role may.
  await engine.db().query(`create function slow_removal() returns trigger language plpgsql as $$
    begin perform pg_sleep(0.002); return old; end $$`);
  await engine.db().query(`create trigger slow_removal before delete on faces for each row
    when (old.account_id = '${accountId}') execute function slow_removal()`);
  const role = new URL(engine.running().databaseUrl).username;
  await engine.db()
    .query(`alter role "${role}" in database "${new URL(engine.running().databaseUrl).pathname.slice(1)}"
    set statement_timeout = '400ms'`);
  try {
    // Connections that are open already have no such limit.
    await engine.db().query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'luna-admin worker' and datname = current_database()`);
    const gc = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
    const { state, done, failed } = await engine.ended(gc.taskId);
    assert.deepEqual({ state, done, failed }, { state: 'done', done: 1_500, failed: 0 });
  } finally {
    await engine.db()
      .query(`alter role "${role}" in database "${new URL(engine.running().databaseUrl).pathname.slice(1)}"
      reset statement_timeout`);
    await engine.db().query('drop function slow_removal cascade');
  }
});
