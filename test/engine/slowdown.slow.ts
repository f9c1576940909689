import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { basic } from '../support/rows/basic.ts';
import type { PostgresServer } from '../support/servers/postgresServer.ts';
import { primarySettings, startStandby } from '../support/servers/standby.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;
let standby: PostgresServer;

before(async () => {
  engine = await startEngine({
    ...{ workers: ['orchestrate,gc'], ownServers: true, postgresSettings: primarySettings },
    env: { SLOW_DOWN_STANDBY_SECONDS: '2' },
  });
  standby = await startStandby(engine.folder, engine.running().databaseUrl, 'replica-1');
});
after(async () => {
  await standby.stop();
  await engine.stop();
});

interface SlowedTask {
  readonly state: string;
  readonly slowed: { readonly reason: string; readonly since: string } | null;
}

async function read(path: string, accept = 'application/json'): Promise<Response> {
  const { apiUrl, config } = engine.running();
  const headers = { ...basic(config.adminLogin, defaultAdminPassword), accept };
  return fetch(`${apiUrl}${path}`, { headers });
}
const taskOf = async (taskId: number): Promise<SlowedTask> =>
  (await (await read(`/4/tasks/${taskId}`)).json()) as SlowedTask;

async function act(taskId: number, action: string): Promise<void> {
  const { apiUrl, config } = engine.running();
  const answer = await fetch(`${apiUrl}/4/tasks/${taskId}`, {
    method: 'PATCH',
    headers: { ...basic(config.adminLogin, defaultAdminPassword), 'content-type': 'application/json' },
    body: JSON.stringify({ action }),
  });
  assert.ok(answer.ok, await answer.text());
}

const slowedWorkers = () =>
  engine
    .db()
    .query<{ reason: string }>("select slowed ->> 'reason' as reason from workers where slowed is not null");

test('a gc slows down while a standby falls behind, says so, can be paused, and ends when it has caught up', async () => {
  const { accountId } = await engine.addFaces({ count: 6_000, images: [] });
  assert.deepEqual(await slowedWorkers(), [], 'a standby that follows slows nothing');

  await standby.query('select pg_wal_replay_pause()');
  await waitFor('the worker to notice', async () => {
    await engine.db().query('select pg_switch_wal(), txid_current()');
    return (await slowedWorkers()).length > 0;
  });
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 500);
  const slowed = await waitFor('the task to say why it is slow', async () => {
    const task = await taskOf(taskId);
    return task.slowed === null ? undefined : task;
  });
  assert.match(slowed.slowed?.reason ?? '', /^replica-1 \d+ s behind$/);
  assert.equal(slowed.state, 'running');
  const page = await (await read(`/tasks/${taskId}/view`, 'text/html')).text();
  assert.match(page, /Slowed down since .*: replica-1 \d+ s behind\./s);

  // However long it rests, it obeys.
  const asked = performance.now();
  await act(taskId, 'pause');
  await waitFor('it to pause', async () => (await taskOf(taskId)).state === 'paused');
  assert.ok(performance.now() - asked < 10_000);
  assert.equal((await taskOf(taskId)).slowed, null, 'a paused task is not slowed');
  await act(taskId, 'resume');

  await standby.query('select pg_wal_replay_resume()');
  await engine.ended(taskId);
  await waitFor('the workers to go on at full speed', async () => (await slowedWorkers()).length === 0);
  assert.equal((await taskOf(taskId)).slowed, null);
  await waitFor('the standby to have the same', async () => {
    const [row] = (await standby.query('select count(*)::integer as faces from faces')) as {
      faces: number;
    }[];
    return row?.faces === 0;
  });
});
