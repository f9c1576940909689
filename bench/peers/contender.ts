import type { Child } from '../../commands/system/childProcess.ts';
import type { EngineTask, TaskWork } from '../../domain/tasks/engineTask.ts';
import type { PartRange } from '../../domain/tasks/parts.ts';
import type { Database } from '../../db/sql/connection.ts';

export type Kind = TaskWork['kind'];

/** What one job of a queue is told: a part of the work. */
export type Order = TaskWork &
  PartRange &
  Pick<EngineTask, 'taskId' | 'upperBound'> & { readonly partNo: number; readonly expected: number };

export interface WorkWish {
  readonly work: TaskWork;
  readonly partSize: number;
}

/** How much of a work is still to do. `failed`: jobs that the queue has given up. */
export interface Look {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/** Work under way. */
export interface Work {
  readonly taskId: number;
  look(): Promise<Look>;
  /** Asks for the end; it has ended when nothing is active. */
  cancel(): Promise<void>;
  /** Gives jobs of killed workers back by hand, as the queue's documents advise. @returns how many */
  release(): Promise<number>;
}

/** What is compared: this service, or a queue with the same work. */
export interface Contender {
  readonly name: string;
  /** Nothing is left but what killed workers had begun, once nothing waits and no batch was committed for so long. */
  readonly stillMs: number;
  startWorker(kind: Kind, partSize: number): Promise<Child>;
  start(wish: WorkWish): Promise<Work>;
}

export interface ServeOptions {
  readonly kind: Kind;
  readonly concurrency: number;
  readonly handle: (order: Order) => Promise<void>;
}

/** Where queues keep their jobs. */
export interface Servers {
  readonly databaseUrl: string;
  readonly redisPort: number;
}

/** A job queue, as an engineer who knows it uses it: its default settings, one job for each part. */
export interface Peer {
  readonly name: string;
  /** Why an interrupted job has not gone on yet. */
  readonly waits: string;
  /** In a worker's process. */
  serve(servers: Servers, options: ServeOptions): Promise<() => Promise<void>>;
  /** In the process that makes the work. */
  open(servers: Servers, db: Database): Promise<PeerClient>;
}

export interface PeerClient {
  add(orders: readonly Order[]): Promise<void>;
  look(kind: Kind, taskId: number): Promise<Look>;
  /** Takes what no worker has begun, with the queue's own means. */
  drop(kind: Kind, taskId: number): Promise<void>;
  release(kind: Kind, taskId: number): Promise<number>;
  close(): Promise<void>;
}

export const isOver = ({ waiting, active }: Look): boolean => waiting + active === 0;

/** What is measured, each by itself. */
export const peerSteps: readonly string[] = ['rates', 'extract-kills', 'gc-kills', 'script-kills', 'stops'];
