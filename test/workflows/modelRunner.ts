import type { UpgradeMove, upgradeShapes } from './shapes.ts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities/index.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { createLogger } from '../../platform/logger.ts';
import { ensureWorkflowBundle } from '../../temporal/bundle.ts';
import { createGateway } from '../../temporal/gateway.ts';
import { installRuntime } from '../../temporal/runtime.ts';
import { createWorkers, fixedSlots } from '../../temporal/workers.ts';
import {
  networkCheckWorkflowId,
  queueNames,
  taskWorkflowId,
  upgradeWorkflowId,
} from '../../workflows/messages.ts';
import { waitFor } from '../support/waitFor.ts';
import { createModelTask, type ModelTask, type Scenario } from './modelTask.ts';

/** The version whose check comes to a report. */
const fitVersion = 3;

export type ModelRunner = Awaited<ReturnType<typeof startModelRunner>>;

/** The real workflow on a real Temporal, with activities whose rows are in memory. */
export async function startModelRunner(temporalAddress: string) {
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  await installRuntime(log);
  const connection = { address: temporalAddress };
  const prefix = `test-${randomUUID().slice(0, 8)}-`;
  const cache = await mkdtemp(join(tmpdir(), 'luna-bundle-'));
  const bundle = await ensureWorkflowBundle(cache);
  const models = new Map<number, ModelTask>();
  const upgrades = new Map<number, { moves: UpgradeMove[]; fails?: boolean }>();
  const of = ({ taskId }: TaskRef): ModelTask['activities'] => {
    const model = models.get(taskId);
    if (model === undefined) throw new Error(`there is no task ${taskId}`);
    return model.activities;
  };
  const runPart: Activities['gc']['runPart'] = ({ ref, partNo }) => of(ref).runPart(partNo);
  const activities: Activities = {
    orchestrate: {
      loadTask: (ref) => of(ref).loadTask(),
      planParts: ({ ref, after }) => of(ref).planParts(after),
      pauseTask: (ref) => of(ref).pauseTask(),
      collectTask: (ref) => of(ref).collectTask(),
      startScheduledTask: () => Promise.reject(new Error('no schedule here')),
      failNetworkCheck: () => Promise.resolve(),
      advanceUpgrade: ({ upgradeId }) => Promise.resolve(nextMove(upgrades, upgradeId)),
      failInquiry: () => Promise.resolve(),
      verifyUpgrade: () => Promise.resolve(),
      finishTask: ({ ref, end }) => of(ref).finishTask(end.outcome),
    },
    gc: { runPart },
    extract: {
      runPart,
      checkNetwork: ({ version }) =>
        version === fitVersion
          ? Promise.resolve()
          : Promise.reject(ApplicationFailure.nonRetryable('broken', 'checkFailed', 'for good')),
      trySamples: ({ upgradeId }) =>
        upgrades.get(upgradeId)?.fails === true
          ? Promise.reject(ApplicationFailure.nonRetryable('broken', 'noExtractor', 'no network here'))
          : Promise.resolve(),
    },
  };
  const gateway = createGateway({
    connection,
    namespace: 'default',
    taskQueuePrefix: prefix,
    deadlineMs: 20_000,
  });
  const workers = createWorkers({
    ...{ connection, namespace: 'default', taskQueuePrefix: prefix, queues: queueNames, activities },
    slots: { orchestrate: fixedSlots(50), gc: fixedSlots(100), extract: fixedSlots(1) },
    ...{ log, stopping: new AbortController().signal },
  });
  await workers.start(bundle);
  return {
    bundle,

    /** Plays a story to its end, checks it, and answers the id of its workflow. */
    play: async (plan: Scenario): Promise<string> => {
      const ref = { taskId: models.size + 1, generation: 1 };
      const model = createModelTask(plan, () => void gateway.controlTask(ref).catch(() => undefined));
      models.set(ref.taskId, model);
      await gateway.startTask(ref);
      await waitFor(
        `the end of ${JSON.stringify(plan)}`,
        () => {
          if (model.end() === null) model.nudge();
          return model.end();
        },
        { everyMs: 500 },
      );
      model.check();
      await waitFor('the workflow to be closed', async () => (await gateway.findTask(ref)) === 'closed');
      return taskWorkflowId(prefix, ref);
    },

    /** Has networks checked, to the end of the workflow; its id. */
    playCheck: async ({ isDone }: { readonly isDone: boolean }): Promise<string> => {
      const ref = { checkId: isDone ? 1 : 2, version: isDone ? fitVersion : fitVersion + 1 };
      await gateway.startNetworkCheck(ref);
      await waitFor('the check to end', async () => (await gateway.findNetworkCheck(ref)) === 'closed');
      return networkCheckWorkflowId(prefix, ref);
    },

    /** Has an upgrade told what stands in the shape, to the end of its workflow; its id. */
    playUpgrade: async ({ moves, fails = false, told = false }: UpgradeShape): Promise<string> => {
      const ref = { upgradeId: upgrades.size + 1 };
      const left = [...moves];
      upgrades.set(ref.upgradeId, { moves: left, fails });
      await gateway.tellUpgrade(ref);
      if (told) {
        await waitFor('the upgrade to wait', () => left.length === moves.length - 1);
        await gateway.tellUpgrade(ref);
      }
      await waitFor('the upgrade to end', async () => (await gateway.findUpgrade(ref)) === 'closed');
      return upgradeWorkflowId(prefix, ref);
    },

    stop: async (): Promise<void> => {
      workers.shutdown();
      await workers.whenStopped();
      await gateway.close();
      await rm(cache, { recursive: true, force: true });
    },
  };
}

type UpgradeShape = (typeof upgradeShapes)[string];

function nextMove(
  upgrades: ReadonlyMap<number, { moves: UpgradeMove[] }>,
  upgradeId: number,
): Awaited<ReturnType<Activities['orchestrate']['advanceUpgrade']>> {
  const move = upgrades.get(upgradeId)?.moves.shift();
  switch (move) {
    case undefined:
      return { kind: 'over' };
    case 'moved':
      return { kind: 'moved' };
    case 'wait':
      return { kind: 'wait', seconds: 0.2 };
    case 'long wait':
      return { kind: 'wait', seconds: 600 };
    case 'trial':
    case 'verification':
      return { kind: 'inquire', upgradeId, stepNo: 1, inquiry: move };
  }
}
