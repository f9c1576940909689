import { defineSignal } from '@temporalio/workflow';
import type { NetworkCheckRef } from '../domain/networks/check.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import type { UpgradeRef } from '../domain/upgrades/upgrade.ts';

/** "Your row has changed": the workflow reads there what is desired now. */
export const controlSignal = defineSignal('control');

export const runTaskType = 'runTask';
export const runScheduleType = 'runSchedule';
export const checkNetworkType = 'checkNetwork';
export const runUpgradeType = 'runUpgrade';

export type QueueName = 'orchestrate' | 'gc' | 'extract';
export const queueNames: readonly QueueName[] = ['orchestrate', 'gc', 'extract'];

/** The prefix keeps several installations (and test files) on one Temporal namespace apart. */
export function queueOf(prefix: string, name: QueueName): string {
  return `${prefix}${name}`;
}

/** The queue of another kind, for a workflow that knows only its own queue's name. */
export function siblingQueue(orchestrateQueue: string, name: QueueName): string {
  return queueOf(orchestrateQueue.slice(0, -'orchestrate'.length), name);
}

export function taskWorkflowId(prefix: string, ref: TaskRef): string {
  return `${prefix}task:${ref.taskId}:${ref.generation}`;
}

export function networkCheckWorkflowId(prefix: string, { checkId }: NetworkCheckRef): string {
  return `${prefix}network-check:${checkId}`;
}

export function upgradeWorkflowId(prefix: string, { upgradeId }: UpgradeRef): string {
  return `${prefix}upgrade:${upgradeId}`;
}

export function scheduleIdOf(prefix: string, scheduleId: number): string {
  return `${prefix}schedule:${scheduleId}`;
}
