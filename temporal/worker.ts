import { parseArgs } from 'node:util';
import { readNetworks } from '../extraction/catalogue/catalogue.ts';
import { requireUsable } from '../extraction/check/requireUsable.ts';
import { ConfigError, loadConfig, requireServers } from '../platform/config.ts';
import { limitOutgoingTrust } from '../platform/outgoing/outgoingTrust.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';
import { queueNames, type QueueName } from '../workflows/messages.ts';
import type { WorkerConfig } from './start/resources.ts';
import { startWorker } from './start/startWorker.ts';

const usage = `npm run worker -- [--queues ${queueNames.join(',')}]\n`;

keepFilesPrivate();
const config = await readConfig();
await startWorker(config).catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});

async function readConfig(): Promise<WorkerConfig> {
  try {
    const { values } = parseArgs({
      options: { queues: { type: 'string', default: queueNames.join(',') }, help: { type: 'boolean' } },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const config = requireServers(loadConfig(), ['databaseUrl', 'temporalAddress']);
    limitOutgoingTrust(config);
    const queues = toQueues(values.queues);
    const networks = readNetworks(config);
    // The other queues run no network.
    if (queues.includes('extract')) await requireUsable(networks);
    return { ...config, queues, networks };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

function toQueues(text: string): QueueName[] {
  return text.split(',').map((name) => {
    const found = queueNames.find((known) => known === name.trim());
    if (found === undefined) throw new Error(`--queues: no queue is called '${name}'`);
    return found;
  });
}
