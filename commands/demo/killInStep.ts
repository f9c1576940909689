import { setTimeout as delay } from 'node:timers/promises';
import type { UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import type { Demo } from './story.ts';

export const worker = 'worker-1';

/**
 * SIGKILL in a step of the upgrade, which must be under way by then; returns when the process is gone and can change
 * nothing any more.
 */
export async function killInStep(
  { story, running, db, ledger, signal }: Demo,
  upgradeId: number,
  step: UpgradeStep,
  name: string,
): Promise<void> {
  const pid = running.pids()[name] ?? null;
  story.say(`SIGKILL to ${name}, process ${pid}`);
  running.kill(name, 'SIGKILL');
  while (running.pids()[name] === pid) await delay(10, undefined, { signal });
  // Not by the API, which may be what was killed.
  const [row] = await db.query<{ state: string }>(
    'select state from upgrade_steps where upgrade_id = $1 and step = $2 order by step_no desc limit 1',
    [upgradeId, step],
  );
  const state = row?.state ?? 'not there';
  // A switch is one short transaction, which may just have been.
  const right = step === 'switch' ? ['running', 'done'] : ['running'];
  ledger.judge(`${name} killed in the step ${step}`, right.join(' or '), state, right.includes(state));
}
