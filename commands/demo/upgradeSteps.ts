import type { UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import { describeTrial, describeVerification } from './findings.ts';
import { checkTaskBooks, describeTask, followTask } from './followTask.ts';
import { dealtWith } from './bar.ts';
import { killInStep, worker } from './killInStep.ts';
import { killWorker } from './killWorker.ts';
import { versions, type Demo } from './story.ts';
import { approve, tasksOf, whenDone } from './upgrade.ts';

/** Is the network fit, and what does it make of the samples that are here? */
export async function check(demo: Demo, upgradeId: number): Promise<void> {
  const { story, upgrades, ledger } = demo;
  story.step('Upgrade, step 1: check the network and try it on some samples');
  await upgrades.checkBegins(versions.to);
  await killInStep(demo, upgradeId, 'check', worker);
  story.say('a check takes a minute; it restarts on the new worker …');
  const { report } = await whenDone(demo, upgradeId, 'check');
  const { last_check: found } = await upgrades.network(versions.to);
  const verdict = found?.is_fit === true ? 'fit for use' : 'not fit for use';
  story.say(`check of the network, in attempt ${found?.attempts}: ${verdict}`);
  ledger.expect(`version ${versions.to}`, 'fit for use', verdict);
  if (report.trial === undefined) return;
  describeTrial(report.trial).forEach(story.say);
  for (const { objects, tried, described } of report.trial.objects)
    ledger.expect(`trial: ${objects} described`, tried, described);
}

/** The new descriptors are made beside the old ones. */
export async function extract(demo: Demo, upgradeId: number): Promise<void> {
  const { story, tasks, signal } = demo;
  story.step(`Upgrade, step 2: extract version ${versions.to} beside version ${versions.from}`);
  const taskIds = await tasksOf(demo, upgradeId, 'extract');
  const [first = 0] = taskIds;
  await followTask(tasks, first, 'faces', {
    signal,
    until: (task) => task.state === 'running' && dealtWith(task) >= 0.3 * task.progress.objects_expected,
  });
  await killWorker(demo, upgradeId, first);
  await followTasks(demo, upgradeId, 'extract', taskIds);
}

/** What has come of it, counted and compared. */
export async function verify(demo: Demo, upgradeId: number): Promise<void> {
  const { story, ledger } = demo;
  story.step('Upgrade, step 3: verify the extract');
  await approve(demo, upgradeId, 'verify');
  await killInStep(demo, upgradeId, 'verify', worker);
  const { verification } = (await whenDone(demo, upgradeId, 'verify')).report;
  if (verification === undefined) return;
  describeVerification(verification).forEach(story.say);
  for (const { objects, hold_from, hold_both } of verification.objects)
    ledger.expect(`coverage: ${objects} with version ${versions.to}`, hold_from, hold_both);
}

/** From here on the new version is what everybody works with. */
export async function switchDefault(demo: Demo, upgradeId: number): Promise<void> {
  const { story, upgrades, ledger } = demo;
  story.step(`Upgrade, step 4: make version ${versions.to} the default`);
  await approve(demo, upgradeId, 'switch');
  await killInStep(demo, upgradeId, 'switch', 'api');
  const { report } = await whenDone(demo, upgradeId, 'switch');
  story.say(`the default was version ${report.switched_from}, and is version ${versions.to}`);
  const { default_of } = await upgrades.network(versions.to);
  ledger.expect(`version ${versions.to} is the default of`, 'face', default_of.join(', '));
}

/** What comes late with the old version alone would be described now. */
export async function watch(demo: Demo, upgradeId: number): Promise<void> {
  const { story } = demo;
  story.step('Upgrade, step 5: watch for late objects (5 s in this demo)');
  await approve(demo, upgradeId, 'watch');
  await killInStep(demo, upgradeId, 'watch', 'temporal');
  const { task_ids } = await whenDone(demo, upgradeId, 'watch');
  story.say(`late objects: ${task_ids.length === 0 ? 'none' : `tasks ${task_ids.join(', ')}`}`);
}

/** The old version's descriptors go. */
export async function remove(demo: Demo, upgradeId: number): Promise<void> {
  const { story, tasks, signal } = demo;
  story.step(`Upgrade, step 6: remove version ${versions.from}`);
  await approve(demo, upgradeId, 'remove');
  const taskIds = await tasksOf(demo, upgradeId, 'remove');
  const [first = 0] = taskIds;
  await followTask(tasks, first, 'descriptors', { signal, until: (task) => dealtWith(task) > 0 });
  await killInStep(demo, upgradeId, 'remove', worker);
  await followTasks(demo, upgradeId, 'remove', taskIds);
}

/** Of faces, then of events, to their ends and to that of their step. */
async function followTasks(
  demo: Demo,
  upgradeId: number,
  step: UpgradeStep,
  taskIds: readonly number[],
): Promise<void> {
  const { story, tasks, signal } = demo;
  for (const [place, taskId] of taskIds.entries()) {
    const objects = ['faces', 'events'][place] ?? 'objects';
    const task = await followTask(tasks, taskId, objects, { signal });
    story.say(`task ${taskId}, of ${objects}: ${describeTask(task)}`);
    await checkTaskBooks(demo, `${step} of ${objects}`, task);
  }
  await whenDone(demo, upgradeId, step);
}
