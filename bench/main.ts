import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, Option } from 'commander';
import { explainFailure } from '../commands/cli/explainFailure.ts';
import { defineCommand, runCommand, wholeNumber } from '../commands/cli/options.ts';
import { createLogger } from '../platform/logger.ts';
import { printableLines } from '../platform/printable.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { openBed } from './harness/bed.ts';
import { measurements } from './measurements.ts';
import { peerSteps } from './peers/contender.ts';
import { queues } from './peers/queues.ts';
import type { BenchOptions, Measured, Measurement } from './harness/measurement.ts';
import { createSay, type Say } from './harness/figures.ts';

const resultsFolder = fileURLToPath(new URL('results/', import.meta.url));
const byName: Readonly<Record<string, Measurement>> = measurements;
const names = Object.keys(byName);
const queueNames = Object.keys(queues);

await runCommand(
  defineCommand('npm run bench --', 'Measures tasks beside the least that the same work can cost, in turns.')
    .addArgument(new Argument('[what]', 'what to measure').choices([...names, 'all']).default('all'))
    .option('--faces <n>', 'faces of gc', wholeNumber(1, 100_000_000), 1_000_000)
    .option('--samples <n>', 'samples of extract, at least', wholeNumber(22, 1_000_000), 2_000)
    .option('--events <n>', 'events of events', wholeNumber(30, 1_000_000_000), 1_000_000)
    .option('--runs <n>', 'runs of each', wholeNumber(1, 99), 3)
    .option('--rows <n>', 'tasks and errors of lists and pages', wholeNumber(1_000, 100_000_000), 1_000_000)
    .option('--seconds <n>', 'seconds of each load by HTTP', wholeNumber(1, 600), 6)
    .option('--minutes <n>', 'minutes of soak', wholeNumber(1, 10_000), 120)
    .option('--times <n>', 'pauses and cancels of control, kills of peers', wholeNumber(1, 1_000), 20)
    .option(
      '--wait <n>',
      'seconds that peers waits for the work of a killed worker',
      wholeNumber(1, 100_000),
      180,
    )
    .addOption(
      new Option('--queues <name...>', 'job queues of peers').choices(queueNames).default(queueNames),
    )
    .addOption(
      new Option('--steps <name...>', 'what of peers to measure').choices(peerSteps).default(peerSteps),
    )
    .option('--objects <n>', 'ids of a result', wholeNumber(100, 1_000_000_000), 200_000)
    .addHelpText('after', names.map((name) => `\n  ${name.padEnd(10)} ${byName[name]?.about ?? ''}`).join(''))
    .action(bench),
);

async function bench(what: string, options: BenchOptions): Promise<void> {
  const say = createSay();
  const abort = new AbortController();
  const shutdown = createShutdown({
    log: createLogger({ name: 'bench', level: 'warn', format: 'pretty' }),
    limitMs: 10_000,
    endsUnread: true,
  });
  const measuring = measureAll(what === 'all' ? names : [what], options, abort.signal, say);
  shutdown.on('first', 'system', async () => {
    abort.abort();
    await measuring.catch(() => undefined);
  });
  try {
    await measuring;
    await shutdown.begin('measured');
  } catch (error) {
    if (shutdown.isStopping) return;
    process.stderr.write(`${printableLines(explainFailure(error))}\n`);
    await shutdown.begin('the measuring failed', 1);
  }
}

/** Each on a system of its own, so that none inherits another's tables and memory. */
async function measureAll(
  wanted: readonly string[],
  options: BenchOptions,
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' });
  for (const name of wanted) {
    const measurement = byName[name];
    if (measurement === undefined) throw new TypeError(`nothing is called ${name}`);
    say(`${name}: starting PostgreSQL, Temporal, a worker and the API`);
    const bed = await openBed(log, signal, measurement.settings);
    try {
      const measuring = measurement.measure(bed, options, say);
      await Promise.race([measuring, whenAborted(signal)]);
      await publish(name, await measuring, say);
    } finally {
      await bed.close();
    }
  }
}

/** Rejects: a statement that is under way ends only when the bed's server does. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the measuring was given up'));
    });
  });
}

async function publish(name: string, { figures, lines }: Measured, say: Say): Promise<void> {
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
  const time = new Date().toISOString();
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
  const file = join(resultsFolder, `${name}-${time.replaceAll(':', '')}.json`);
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(file, `${JSON.stringify({ name, time, machine, ...figures }, null, 2)}\n`);
  say(`written to ${file}`);
}
