import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { ensureDescriptorPartition } from '../db/schema/descriptorPartitions.ts';
import { createLogger } from '../platform/logger.ts';
import type { Bed } from './harness/bed.ts';
import type { Say } from './harness/figures.ts';
import { importSamples } from './harness/importSamples.ts';
import type { BenchOptions, Measurement } from './harness/measurement.ts';
import { residentMegabytes } from './harness/memory.ts';
import { remoteNetwork, startRemote } from './harness/remoteExtractor.ts';
import type { Contender } from './peers/contender.ts';
import { killOften, killScript, type Killed } from './peers/kills.ts';
import { createOurs } from './peers/ours.ts';
import { queues } from './peers/queues.ts';
import { openQueue } from './peers/openQueue.ts';
import { measureRates, script, type Rate } from './peers/rates.ts';
import { startRedis, type Redis } from './peers/redis.ts';
import { peersReport, type PeersFigures } from './peers/report.ts';
import { cancelScript, measureStops, type Stops } from './peers/stops.ts';

const version = 3;
const presentVersion = 9;
const seed = 19;
const remoteLatencyMs = 100;
// As the settings have them by default; less where there is too little for four parts at once.
const defaultPartSizes = { gc: 50_000, extract: 2_000 };
const killPartSizes = { gc: 2_000, extract: 20 };

/** The same work by job queues and a script, as ratios; docs/decisions/0059 has the rules. */
export const peers: Measurement = {
  about: 'pg-boss, graphile-worker, BullMQ and the script of a DBA beside this service',
  settings: {
    ...{ DEFAULT_DESCRIPTOR_VERSION: String(presentVersion), REMOTE_EXTRACTORS: remoteNetwork.setting },
    REMOTE_EXTRACTOR_CONCURRENCY: '8',
  },
  measure: async (bed, options, say) => {
    const { dataDir } = bed.running.config;
    await mkdir(join(dataDir, 'redis'), { recursive: true });
    const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' });
    const wantsRedis = options.queues.includes('bullMq');
    const redis = wantsRedis ? await startRedis(join(dataDir, 'redis'), log, bed.signal) : null;
    const lacksRedis = wantsRedis && redis === null;
    if (lacksRedis) say('peers: BullMQ is left out: apt-get cannot download Redis');
    const servers = { databaseUrl: bed.running.databaseUrl, redisPort: redis?.port ?? 0 };
    const opened: Awaited<ReturnType<typeof openQueue>>[] = [];
    try {
      for (const [name, peer] of Object.entries(queues)) {
        if (options.queues.includes(name) && (peer !== queues.bullMq || redis !== null))
          opened.push(await openQueue(bed, name, peer, servers));
      }
      // Each turn starts its own worker.
      await bed.running.halt('worker-1');
      const ours = createOurs(bed);
      const figures = await measureAll(bed, [ours, ...opened], redis, options, say);
      const waits = Object.fromEntries(Object.values(queues).map((peer) => [peer.name, peer.waits]));
      const lines = peersReport(figures, ours.name, {
        ...waits,
        [script]: 'never: someone starts it again from its beginning',
      });
      return {
        figures,
        lines: lacksRedis ? [...lines, '', 'left out: BullMQ; apt-get cannot download Redis'] : lines,
      };
    } finally {
      await Promise.all(opened.map((queue) => queue.close()));
      await redis?.stop();
      await bed.running.resume('worker-1');
    }
  },
};

async function measureAll(
  bed: Bed,
  contenders: readonly Contender[],
  redis: Redis | null,
  { faces, samples: wanted, runs, times: kills, wait: waitSeconds, steps }: BenchOptions,
  say: Say,
): Promise<PeersFigures> {
  const files = await importSamples(bed, wanted, say);
  const samples = files.length;
  for (const made of [version, remoteNetwork.version])
    await ensureDescriptorPartition(bed.db, 'face_descriptors', made);
  const partSizes = {
    gc: Math.min(defaultPartSizes.gc, Math.ceil(faces / 4)),
    extract: Math.min(defaultPartSizes.extract, Math.ceil(samples / 8)),
  };
  const plan = { runs, partSizes, faces, files, version };
  const killPlan = {
    ...{ kills, seed, faces, files },
    // Before few objects are done.
    within: { gc: Math.min(300, Math.ceil(faces / 200)), extract: Math.min(1_500, 2 * samples) },
    partSizes: {
      gc: Math.min(killPartSizes.gc, Math.ceil(faces / 20)),
      extract: Math.min(killPartSizes.extract, Math.ceil(samples / 10)),
    },
  };
  const stopPlan = { faces, runs, waitSeconds };
  const rates: Rate[] = [];
  const killed: Killed[] = [];
  const stops: Stops[] = [];
  const remote = await startRemote(remoteLatencyMs);
  try {
    // The removals leave no samples of real faces.
    for (const kind of ['extract', 'gc'] as const) {
      if (steps.includes('rates')) rates.push(...(await measureRates(bed, kind, contenders, plan, say)));
      if (!steps.includes(`${kind}-kills`)) continue;
      for (const one of contenders) killed.push(await killOften(bed, kind, one, remote, killPlan, say));
    }
  } finally {
    remote.close();
  }
  if (steps.includes('script-kills')) killed.push(await killScript(bed, killPlan, say));
  if (steps.includes('stops')) {
    stops.push(...(await measureStops(bed, contenders, stopPlan, say)));
    stops.push({ name: script, goesOn: [], cancelled: await cancelScript(bed, stopPlan) });
  }
  const { temporal, api } = bed.running.pids();
  return {
    ...{ faces, samples, partSizes, killPartSizes: killPlan.partSizes, waitSeconds, seed, rates },
    ...{ stops, kills: killed },
    beside: {
      ...{ Temporal: await residentMegabytes(temporal), API: await residentMegabytes(api) },
      ...(redis === null ? {} : { Redis: await residentMegabytes(redis.pid) }),
    },
  };
}
