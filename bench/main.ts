import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { defineCommand, runCommand, wholeNumber } from '../commands/options.ts';
import { createLogger } from '../platform/logger.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { openBed, type Bed } from './bed.ts';
import { measureExtract } from './extract.ts';
import { measureGc } from './gc.ts';
import { extractReport, gcReport } from './report.ts';
import { createSay, type Say } from './say.ts';

interface Options {
  readonly faces: number;
  readonly samples: number;
  readonly runs: number;
}

const resultsFolder = fileURLToPath(new URL('results/', import.meta.url));

await runCommand(
  defineCommand('npm run bench --', 'Measures tasks beside the least that the same work can cost, in turns.')
    .addArgument(new Argument('[what]', 'what to measure').choices(['gc', 'extract', 'all']).default('all'))
    .option('--faces <n>', 'faces of gc', wholeNumber(1, 100_000_000), 1_000_000)
    .option('--samples <n>', 'samples of extract, at least', wholeNumber(22, 1_000_000), 1_000)
    .option('--runs <n>', 'runs of each', wholeNumber(1, 99), 3)
    .action(bench),
);

async function bench(what: string, options: Options): Promise<void> {
  const say = createSay();
  const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' });
  const shutdown = createShutdown({ log, limitMs: 10_000 });
  const abort = new AbortController();
  say('starting PostgreSQL, Temporal, a worker and the API');
  const opening = openBed(log, abort.signal);
  const measuring = opening.then((bed) => measure(bed, what, options, say));
  shutdown.on('first', 'system', async () => {
    abort.abort();
    const bed = await opening.catch(() => null);
    await bed?.close();
    await measuring.catch(() => undefined);
  });
  try {
    await measuring;
    await shutdown.begin('measured');
  } catch (error) {
    if (shutdown.isStopping) return;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    await shutdown.begin('the measuring failed', 1);
  }
}

async function measure(bed: Bed, what: string, { faces, samples, runs }: Options, say: Say): Promise<void> {
  if (what !== 'gc') {
    const figures = await measureExtract(bed, samples, runs, say);
    await publish('extract', figures, extractReport(figures), say);
  }
  if (what !== 'extract') {
    const figures = await measureGc(bed, faces, runs, say);
    await publish('gc', figures, gcReport(figures), say);
  }
}

async function publish(name: string, figures: object, lines: readonly string[], say: Say): Promise<void> {
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
  const time = new Date().toISOString();
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
  const file = join(resultsFolder, `${name}-${time.replaceAll(':', '')}.json`);
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(file, `${JSON.stringify({ name, time, machine, ...figures }, null, 2)}\n`);
  say(`written to ${file}`);
}
