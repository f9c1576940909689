import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../commands/system/childProcess.ts';
import type { Bed } from '../harness/bed.ts';
import type { Contender, Peer, Servers } from './contender.ts';
import { makeOrders } from './orders.ts';
import { settingsOf } from './ours.ts';

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));

/** The same work by a job queue. As many jobs at once as a task of ours has subtasks in flight. */
export async function openQueue(
  { running, db, extractProcesses, signal }: Bed,
  name: string,
  peer: Peer,
  servers: Servers,
): Promise<Contender & { close(): Promise<void> }> {
  const client = await peer.open(servers, db);
  const { dataDir, gcWindow } = running.config;
  return {
    name: peer.name,
    stillMs: 3_000,
    startWorker: (kind, partSize) =>
      startChild({
        ...{ name, file: workerFile, signal },
        args: [
          ...[name, kind, String(kind === 'gc' ? gcWindow : extractProcesses + 2)],
          String(servers.redisPort),
        ],
        env: { ...running.env, ...settingsOf(kind, partSize) },
        pidFile: join(dataDir, 'processes', `${name}.json`),
        logFile: join(dataDir, 'logs', `${name}.log`),
      }),
    start: async (wish) => {
      const { kind } = wish.work;
      const orders = await makeOrders(db, wish);
      const [{ taskId } = { taskId: 0 }] = orders;
      await client.add(orders);
      return {
        taskId,
        look: () => client.look(kind, taskId),
        cancel: async () => {
          await db.query(`update tasks set desired_state = 'cancel' where task_id = $1`, [taskId]);
          await client.drop(kind, taskId);
        },
        release: () => client.release(kind, taskId),
      };
    },
    close: () => client.close(),
  };
}
