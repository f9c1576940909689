import { createDatabase } from '../db/sql/connection.ts';
import { createLogger } from '../platform/logger.ts';
import { defaultAdminPassword } from '../platform/settings/settings.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { createApiClient } from './cli/apiClient.ts';
import { prepareDataFolder, demoEnvironment } from './demo/setup.ts';
import { createLedger, createStory, type Story } from './demo/story.ts';
import { play } from './demo/play.ts';
import { createUpgradeCalls } from './demo/upgradeCalls.ts';
import { defineCommand, runCommand, wholeNumber } from './cli/options.ts';
import { startEverything, type Running } from './system/system.ts';
import { createTaskCalls } from './cli/taskCalls.ts';

interface Options {
  readonly exit?: boolean;
  readonly copies: number;
  readonly folder: string;
}

await runCommand(
  defineCommand(
    'npm run demo --',
    'Demonstrates the upgrade of a face-recognition network on real photos, with its own servers and data.',
  )
    .option('--exit', 'exit at the end; status 0 only if every check passed')
    .option('--copies <n>', 'copies of each of the 22 faces', wholeNumber(1, 1_000), 20)
    .option('--folder <dir>', 'data folder; the next demo deletes it', './data-demo')
    .action(demo),
);

async function demo({ exit = false, copies, folder }: Options): Promise<void> {
  const story = createStory();
  const log = createLogger({
    ...{ name: 'demo', level: 'info', format: 'json' },
    destination: story.logDestination(),
  });
  story.title('From the first photo to the last descriptor of the old network');
  const dataDir = await prepareDataFolder(folder, log);
  const abort = new AbortController();
  const { signal } = abort;
  story.step('Servers');
  story.say(`data folder ${dataDir}; the logs are in its folder "logs"`);
  const overrides = await demoEnvironment(dataDir);
  const starting = startEverything({ log, overrides, output: 'files', signal });
  const telling = starting.then((running) => tell(running, story, copies, signal));
  const shutdown = createShutdown({ log, limitMs: 10_000, endsUnread: true });
  shutdown.on('first', 'system', async () => {
    abort.abort();
    await telling.catch(() => undefined);
    const running = await starting.catch(() => null);
    await running?.stop();
  });
  try {
    const isRight = await telling;
    if (exit) await shutdown.begin('the demo is over', isRight ? 0 : 1);
    else story.say('Ctrl-C stops everything.');
  } catch (error) {
    if (shutdown.isStopping) return;
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    await shutdown.begin('the demo failed', 1);
  }
}

/** True when everything was as expected. */
async function tell(running: Running, story: Story, copies: number, signal: AbortSignal): Promise<boolean> {
  const { apiUrl: url, databaseUrl, config } = running;
  story.say(`${url} answers`);
  const ledger = createLedger();
  const db = createDatabase({ url: databaseUrl, applicationName: 'luna-admin demo', maxConnections: 2 });
  const api = createApiClient({ url, login: config.adminLogin, password: defaultAdminPassword, signal });
  try {
    const calls = { tasks: createTaskCalls(api), upgrades: createUpgradeCalls(api, signal) };
    await play({ running, ...calls, db, story, ledger, copies, signal });
    return ledger.isRight();
  } finally {
    await db.close();
  }
}
