import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { defaultAdminPassword } from '../platform/settings/settings.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { defineCommand, runCommand, wholeNumber } from './cli/options.ts';
import { startEverything, type Running } from './system/system.ts';

interface Options {
  readonly workers: number;
  readonly temporalUi?: boolean;
}

const command = defineCommand(
  'npm start --',
  'Starts everything on this machine: PostgreSQL, Temporal, workers, API.',
)
  .option('--workers <count>', 'worker processes', wholeNumber(1, 32), 1)
  .option('--temporal-ui', 'serve the Temporal Web UI too, which has no log-in')
  .option('--no-temporal-ui', 'do not serve it, whatever TEMPORAL_UI says')
  .action(start);

await runCommand(command);

async function start({ workers, temporalUi }: Options): Promise<void> {
  const config = loadConfig();
  const log = createLogger({ name: 'start', level: config.logLevel, format: config.logFormat });
  const shutdown = createShutdown({ log, limitMs: 10_000, endsUnread: true });
  const abort = new AbortController();
  process.stdout.write(`starting, with ${config.dataDir}\n`);
  const starting = startEverything({
    log,
    ...(temporalUi === undefined ? {} : { temporalUi }),
    workers: Array.from({ length: workers }, () => 'orchestrate,gc,extract'),
    signal: abort.signal,
  });
  shutdown.on('first', 'system', async () => {
    abort.abort();
    const running = await starting.catch(() => null);
    await running?.stop();
  });
  try {
    announce(await starting);
  } catch (error) {
    if (!shutdown.isStopping) throw error;
  }
}

function announce({ apiUrl, workerUrls, temporalUi, isFirstStart, config }: Running): void {
  const lines = [
    `listening on ${apiUrl}`,
    ...workerUrls.map((url, index) => `metrics of worker-${index + 1}: ${url}/metrics`),
  ];
  if (temporalUi !== null) lines.push(`Temporal Web UI: ${temporalUi}`);
  if (isFirstStart) {
    const isDefault = config.adminPassword === undefined;
    const password = isDefault ? defaultAdminPassword : '(ADMIN_PASSWORD)';
    lines.push(`log in as ${config.adminLogin} with password ${password}`);
    if (isDefault) lines.push('this password is public: change it');
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
