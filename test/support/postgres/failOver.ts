import assert from 'node:assert/strict';
import { defaultAdminPassword } from '../../../platform/settings/settings.ts';
import type { Engine } from '../engine/engine.ts';
import { basic } from '../rows/basic.ts';
import { waitFor } from '../waitFor.ts';
import type { Pair } from './pair.ts';

async function statusOf(engine: Engine, path: string): Promise<number> {
  const { apiUrl, config } = engine.running();
  const answer = await fetch(`${apiUrl}${path}`, {
    headers: basic(config.adminLogin, defaultAdminPassword),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The primary is killed and its standby promoted once a fifth of the task is done; `loseMore` goes before. */
export async function failOverIn(
  { engine, pair }: { readonly engine: Engine; readonly pair: Pair },
  taskId: number,
  count: number,
  loseMore?: () => Promise<void>,
): Promise<void> {
  await waitFor('a fifth of the task', async () => (await engine.progressOf(taskId)) >= count / 5);
  await loseMore?.();
  await pair.failOver();
  const known = await waitFor('the database to be there', () => engine.progressOf(taskId));
  assert.ok(known >= count / 5, 'a synchronous standby has every commit');
  assert.notEqual((await engine.readTask(taskId)).state, 'done');
  // Task pages and JSON alike.
  for (const path of [`/4/tasks/${taskId}`, `/tasks/${taskId}/view`])
    await waitFor(`${path} to be answered again`, async () => (await statusOf(engine, path)) === 200);
}
