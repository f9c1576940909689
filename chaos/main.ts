import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import { explainFailure } from '../commands/cli/explainFailure.ts';
import { defineCommand, runCommand, wholeNumber } from '../commands/cli/options.ts';
import { createLogger } from '../platform/logger.ts';
import { printableLines } from '../platform/printable.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { makePlan, stores, type Setup } from './plan.ts';
import { runPlan, type Outcome } from './run.ts';
import { startSystem } from './system.ts';

interface Options extends Setup {
  readonly seed: number;
  readonly kills: number;
  readonly dry: boolean;
}

// Told to stop it waits no longer for what it does: that may wait for something that is broken. Only a system that was
// stopped, which may take half a minute on a busy machine, leaves no servers behind.
const waitAtMostMs = 3_000;

await runCommand(
  defineCommand(
    'npm run chaos --',
    'Breaks a private installation while tasks run, and checks object by object that nothing was lost.',
  )
    .option(
      '--seed <n>',
      'seed of the plan; the same seed gives the same plan',
      wholeNumber(0, 2_147_483_647),
      newSeed(),
    )
    .option('--kills <n>', 'number of kills', wholeNumber(1, 10_000), 10)
    .addOption(
      new Option(
        '--store <kind>',
        'where samples are: in a folder, or in a bucket whose server is killed too',
      )
        .choices(stores)
        .default('folder'),
    )
    .option('--standby', 'with a synchronous standby of the database, which is killed and takes over', false)
    .option('--dry', 'print the plan and do nothing', false)
    .action(chaos),
);

function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

async function chaos(options: Options): Promise<void> {
  const plan = makePlan(options.seed, options.kills, options);
  if (options.dry) {
    process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    return;
  }
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1_000).toFixed(1);
  const say = (text: string) => process.stdout.write(`${seconds().padStart(7)} s  ${text}\n`);
  const log = createLogger({ name: 'chaos', level: 'warn', format: 'pretty' });
  const shutdown = createShutdown({ log, limitMs: 45_000, endsUnread: true });
  const abort = new AbortController();
  process.stdout.write(`seed ${options.seed}, ${options.kills} kills\n`);
  say('starting PostgreSQL, Temporal, two workers and the API');
  const starting = startSystem(abort.signal, options);
  const running = starting.then((system) => runPlan(system, plan, say, abort.signal));
  let keep = false;
  shutdown.on('first', 'system', async () => {
    abort.abort();
    await Promise.race([running.catch(() => undefined), delay(waitAtMostMs)]);
    const system = await starting.catch(() => null);
    await system?.stop();
    if (!keep) await system?.remove();
    else if (system !== null) process.stderr.write(`data and logs are kept in ${system.folder}\n`);
  });
  try {
    const outcome = await running;
    keep = outcome.violations.length > 0;
    process.stdout.write(`${verdict(options, outcome, seconds()).join('\n')}\n`);
    await shutdown.begin('chaos ended', keep ? 1 : 0);
  } catch (error) {
    if (shutdown.isStopping) return;
    keep = true;
    process.stderr.write(`${printableLines(explainFailure(error))}\n`);
    await shutdown.begin('chaos could not be set up', 1);
  }
}

function verdict({ seed, kills, store, standby }: Options, outcome: Outcome, seconds: string): string[] {
  const { tasks, objects, longestStallMs, violations } = outcome;
  const ends = ['done', 'cancelled', 'failed'].map(
    (state) => `${tasks.filter((task) => task.state === state).length} ${state}`,
  );
  return [
    ...violations.map((violation) => `VIOLATION ${violation}`),
    `seed ${seed}: ${kills} kills, ${tasks.length} tasks (${ends.join(', ')}), ${objects} objects, ` +
      `${violations.length} violations, longest stall ${(longestStallMs / 1_000).toFixed(1)} s, ${seconds} s`,
    violations.length === 0
      ? 'the consistency check found no violation'
      : `the consistency check found faults; again with --seed ${seed} --kills ${kills} --store ${store}${standby ? ' --standby' : ''}`,
  ];
}
