import type { NetworkReport } from '../../domain/networks/report.ts';
import { faultsOf, type CheckFailure, type CheckState } from '../../domain/networks/check.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import { reasonsOfTasks, reasonsOfTrial, reasonsOfVerification } from '../../domain/upgrades/rules.ts';
import type { StepReport } from '../../domain/upgrades/stepReport.ts';
import type { UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import { serviceActor } from '../audit/auditStore.ts';
import { orderCheck } from '../networks/networkCheckStore.ts';
import { findLate } from './lateObjects.ts';
import { ordererOf, tasksBegun, waitForStep, type StepContext, type StepLook } from './stepContext.ts';
import { createExtracts, createRemovals, followTasks } from './stepTasks.ts';
import { addToReport } from './upgradeRow.ts';
import { listUpgradeTasks } from './upgradeTasks.ts';

/** What each step does when it is looked at. All of it is undone when the transaction is. */
export const steps: Readonly<Record<UpgradeStep, (context: StepContext) => Promise<StepLook>>> = {
  check,
  extract: (context) => followTasks(context, (one) => createExtracts(one, one.upgrade.objects)),
  verify: (context) => Promise.resolve(verify(context)),
  switch: switchDefault,
  watch,
  remove: (context) => followTasks(context, createRemovals),
};

async function check(context: StepContext): Promise<StepLook> {
  const { upgrade, step, deps } = context;
  const looked = deps.hasFile(upgrade.toVersion, upgrade.kind)
    ? await lookAtCheck(context)
    : ({ kind: 'ended', reasons: [] } as const);
  if (looked.kind !== 'ended') return looked;
  const { trial, failure } = step.report;
  if (trial === undefined && failure === undefined) return { kind: 'inquire', inquiry: 'trial' };
  return {
    kind: 'ended',
    reasons: [
      ...looked.reasons,
      ...failureOf(step.report),
      ...(trial === undefined ? [] : reasonsOfTrial(trial, upgrade.settings)),
    ],
  };
}

/** The check of the network's file, on photos; the reasons that it gives once it has ended. */
async function lookAtCheck(context: StepContext): Promise<StepLook> {
  const { tx, upgrade, step } = context;
  const [row] = await tx.query<{
    state: CheckState;
    reports: NetworkReport[] | null;
    failure: CheckFailure | null;
  }>('select state, reports, failure from network_checks where check_id = $1', [step.checkId]);
  if (row === undefined) {
    const { checkId } = await orderCheck(tx, upgrade.toVersion, ordererOf(upgrade));
    await tx.query('update upgrade_steps set check_id = $3 where upgrade_id = $1 and step_no = $2', [
      ...[upgrade.upgradeId, step.stepNo, checkId],
    ]);
    return { kind: 'wait', seconds: 1 };
  }
  if (row.state === 'waiting' || row.state === 'running') return waitForStep(context);
  if (row.failure !== null) {
    const { detail } = row.failure;
    return { kind: 'ended', reasons: [`The network check did not finish: ${detail}.`] };
  }
  const ofKind = (row.reports ?? []).filter(({ network }) => network.kind === upgrade.kind);
  return { kind: 'ended', reasons: faultsOf(ofKind) };
}

function verify({ upgrade, step }: StepContext): StepLook {
  const { verification, failure } = step.report;
  if (verification === undefined && failure === undefined)
    return { kind: 'inquire', inquiry: 'verification' };
  return {
    kind: 'ended',
    reasons: [
      ...failureOf(step.report),
      ...(verification === undefined ? [] : reasonsOfVerification(verification, upgrade.settings)),
    ],
  };
}

async function switchDefault({ tx, upgrade, step, deps }: StepContext): Promise<StepLook> {
  const { upgradeId, kind, toVersion } = upgrade;
  const switchedFrom = await deps.defaultVersions.switchTo(
    ...([tx, kind, toVersion, serviceActor(`upgrade ${upgradeId}`)] as const),
  );
  await addToReport(tx, { upgradeId, stepNo: step.stepNo }, { switchedFrom });
  return { kind: 'ended', reasons: [] };
}

/** Until the time is over: what has come since the extract, and still comes, with the old version alone. */
async function watch(context: StepContext): Promise<StepLook> {
  const { tx, upgrade, step } = context;
  const { upgradeId, settings } = upgrade;
  const [clock] = await tx.query<{ leftSeconds: number }>(
    `update upgrade_steps set due_time = coalesce(due_time, now() + $3 * interval '1 second')
     where upgrade_id = $1 and step_no = $2
     returning extract(epoch from due_time - clock_timestamp())::float8 "leftSeconds"`,
    [upgradeId, step.stepNo, settings.watch_seconds],
  );
  const tasks = await listUpgradeTasks(tx, upgradeId, step.stepNo);
  if (tasks.some(({ state }) => !isFinal(state))) return waitForStep(context);
  // Whether too many lack the new version is judged over all of them, at the end.
  const reasons = reasonsOfTasks(tasks, { max_failed: 1 });
  if (reasons.length > 0) return { kind: 'ended', reasons };
  const late = await findLate(context);
  if (late.objects.length > 0) {
    await createExtracts(context, late.objects, late.since);
    return tasksBegun;
  }
  const left = clock?.leftSeconds ?? 0;
  return left > 0 ? { kind: 'wait', seconds: Math.min(15, Math.max(1, left)) } : verify(context);
}

function failureOf({ failure }: StepReport): string[] {
  return failure === undefined ? [] : [`${failure.detail}.`];
}
