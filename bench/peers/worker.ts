// ENTRY of a worker of a job queue: does parts of a gc or an extract with our own statements and extractors.
import { createSampleStoreRow } from '../../db/faces/sampleStoreRow.ts';
import { createDatabase } from '../../db/sql/connection.ts';
import { readNetworks } from '../../extraction/catalogue/catalogue.ts';
import { isRemote } from '../../extraction/catalogue/network.ts';
import { createExtractors, openRemote } from '../../extraction/extractors.ts';
import { createExtractorPool } from '../../extraction/pool/pool.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { loadConfig, requireServers } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { createShutdown } from '../../platform/shutdown.ts';
import type { Kind } from './contender.ts';
import { doJob } from './jobs.ts';
import { queues } from './queues.ts';

const [name = '', kind = '', concurrency = '', redisPort = ''] = process.argv.slice(2);
const peer = queues[name as keyof typeof queues];
const config = requireServers(loadConfig(), ['databaseUrl']);
const { databaseUrl } = config;
const log = createLogger({ name: 'peer', level: 'warn', format: 'json' });
const shutdown = createShutdown({ log });

const db = createDatabase({
  ...{ url: databaseUrl, applicationName: 'peer', maxConnections: Number(concurrency) + 1 },
});
const networks = readNetworks(config);
const pool = createExtractorPool({ processes: config.extractProcesses, networks, log });
const remotes = networks.filter(isRemote).map((entry) =>
  openRemote(entry, pool, {
    ...{ timeoutMs: config.remoteExtractorTimeoutMs, concurrency: config.remoteExtractorConcurrency },
    ...{ retries: config.remoteExtractorRetries, log },
  }),
);
const { describe, tellAttributes } = createExtractors(pool, remotes);
const images = openImageStore(config, createSampleStoreRow(db));
const { fileOf } = images;
const deps = {
  ...{ db, readSample: images.get, extractDescriptor: describe, tellAttributes },
  ...(fileOf && { fileOfSample: fileOf }),
  batchTargetMs: { gc: config.batchTargetMs, extract: config.extractBatchTargetMs },
};
const stop = await peer.serve(
  { databaseUrl, redisPort: Number(redisPort) },
  { kind: kind as Kind, concurrency: Number(concurrency), handle: (order) => doJob(deps, order) },
);
shutdown.on('first', 'queue', stop);
shutdown.on('normal', 'extractors', () => pool.close());
shutdown.on('last', 'database', () => db.close());
process.send?.({ ready: true });
