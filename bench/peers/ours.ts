import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../commands/system/childProcess.ts';
import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import type { Environment } from '../../platform/config.ts';
import type { Bed } from '../harness/bed.ts';
import { isOver, type Contender, type Kind, type Look } from './contender.ts';

const workersFile = fileURLToPath(new URL('../../temporal/worker.ts', import.meta.url));

/** Settings that a worker of either side gets beside the bed's own. */
export function settingsOf(kind: Kind, partSize: number): Environment {
  const size = kind === 'gc' ? 'PART_SIZE_GC' : 'PART_SIZE_EXTRACT';
  return { WORKER_METRICS_PORT: '0', [size]: String(partSize) };
}

/** This service: a task, its workflow on Temporal, and a worker for all queues. */
export function createOurs({ running, tasks, db, signal }: Bed): Contender {
  const { dataDir } = running.config;
  return {
    name: 'this service',
    // What was interrupted goes on by itself, after a heartbeat that did not come.
    stillMs: 30_000,
    startWorker: (kind, partSize) =>
      startChild({
        ...{ name: 'worker of ours', file: workersFile, signal },
        env: { ...running.env, ...settingsOf(kind, partSize) },
        pidFile: join(dataDir, 'processes', 'ours.json'),
        logFile: join(dataDir, 'logs', 'ours.log'),
      }),
    start: async ({ work }) => {
      const taskId = await post(work);
      const look = async (): Promise<Look> => {
        const [found] = await db.query<Look>(
          `select 0 as waiting, (state not in ('done', 'failed', 'cancelled'))::integer as active,
             (state = 'failed')::integer as failed from tasks where task_id = $1`,
          [taskId],
        );
        return found ?? { waiting: 0, active: 0, failed: 0 };
      };
      return {
        ...{ taskId, look },
        cancel: async () => {
          try {
            await tasks.act(taskId, 'cancel');
          } catch (error) {
            // It is refused when the task has just ended.
            if (!isOver(await look())) throw error;
          }
        },
        release: () => Promise.resolve(0),
      };
    },
  };

  function post({ kind, content }: TaskWork): Promise<number> {
    if (kind === 'gc') return tasks.postGc(content, 'bench');
    // The version whose presence selects a face is the service's own to freeze.
    const { missing, descriptor_version } = content.options;
    return tasks.postExtract({ ...content, options: { missing, descriptor_version } }, 'bench');
  }
}
