import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { startPgbouncer, type Pgbouncer } from '../support/postgres/pgbouncer.ts';
import { basic } from '../support/rows/basic.ts';
import { testServerUrl } from '../support/servers/database.ts';
import { patienceMs } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let pooler: Pgbouncer;
let engine: Engine;

before(async () => {
  pooler = await startPgbouncer({ url: testServerUrl() });
  engine = await startEngine({
    ...{ workers: twoWorkers, api: true, pooler },
    env: { PART_SIZE_GC: '200', PART_SIZE_EXTRACT: '10' },
  });
});
after(async () => {
  await engine.stop();
  await pooler.stop();
});

const url = () => engine.running().apiUrl;
const authorization = () => basic(engine.running().config.adminLogin, defaultAdminPassword);

/** The rate is such that the task takes seconds: one that ends within a second of its start is announced only twice. */
async function create(
  kind: 'gc' | 'additional_extract',
  content: object,
  objectsPerSecond: number,
): Promise<number> {
  const answer = await fetch(`${url()}/4/tasks/${kind}`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/json' },
    body: JSON.stringify({ content, objects_per_second: objectsPerSecond }),
  });
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  return (JSON.parse(text) as { task_id: number }).task_id;
}

test('every valid log-in by way of PgBouncer is answered, and one with a wrong password refused', async () => {
  const { adminLogin: login } = engine.running().config;
  const logIn = (password: string) =>
    fetch(`${url()}/4/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => (await logIn(defaultAdminPassword)).status),
  );
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.equal((await logIn('a wrong one')).status, 401);
});

/** How many different states of it a task's stream tells until it has ended. */
async function follow(taskId: number): Promise<readonly string[]> {
  const answer = await fetch(`${url()}/4/tasks/${taskId}/events`, {
    headers: authorization(),
    signal: AbortSignal.timeout(patienceMs),
  });
  const told: string[] = [];
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const pieces = text.split('\n\n');
    text = pieces.pop() ?? '';
    for (const piece of pieces) {
      const data = /^event: task\n(?:.*\n)*?data: (.*)$/m.exec(piece)?.[1];
      if (data === undefined) continue;
      told.push(data);
      if ((JSON.parse(data) as { task_status: number }).task_status === 5) return told;
    }
  }
  return told;
}

test('a gc and an extract are ordered, run and followed by way of PgBouncer, and the books balance', async () => {
  const pictures = await makeWarps(2);
  const removed = await engine.addFaces({ count: 4_000, images: [] });
  const extracted = await engine.addFaces({ count: 60, images: pictures });
  await engine.snapshot();
  const gc = await create('gc', { target: 'faces', filters: { account_id: removed.accountId } }, 1_000);
  const extract = await create(
    'additional_extract',
    {
      extraction_target: 'face_descriptor',
      options: { missing: true, descriptor_version: 3 },
      filters: { objects_type: 'faces', account_id: extracted.accountId },
    },
    15,
  );
  const [ofGc, ofExtract] = await Promise.all([follow(gc), follow(extract)]);
  for (const told of [ofGc, ofExtract]) assert.ok(new Set(told).size > 2, told.join('\n'));
  assert.deepEqual(
    await Promise.all([gc, extract].map(async (id) => (await engine.readTask(id)).done)),
    [4_000, 60],
  );
  assert.deepEqual(await engine.audit([gc, extract]), []);
});

test('API and workers have no more connections to PostgreSQL than PgBouncer has, and a few of their own', async () => {
  const rows = await engine.db().query<{ name: string; count: number }>(
    `select application_name as name, count(*) from pg_stat_activity
     where datname = current_database() and application_name <> 'test' group by 1 order by 1`,
  );
  const sum = rows.reduce((all, { count }) => all + count, 0);
  assert.ok(sum > 0 && sum <= 6 + 4, JSON.stringify(rows));
});
