import { bullMq } from './bullMq.ts';
import type { Peer } from './contender.ts';
import { graphileWorker } from './graphileWorker.ts';
import { pgBoss } from './pgBoss.ts';

/** By the name that is typed. */
export const queues = { pgBoss, graphileWorker, bullMq } satisfies Record<string, Peer>;
