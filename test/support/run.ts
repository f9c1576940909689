import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { createLogger } from '../../platform/logger.ts';
import { dropTestTemplate } from './servers/database.ts';
import type { StartedBrowser } from './browser/browser.ts';
import { needsBrowser, planEntries, writeEntries } from './entries.ts';
import { createTestFolder } from './folder.ts';
import { startTestServers, type TestServers } from './servers/servers.ts';

const usage = `npm test -- [FILE | FOLDER | PART-OF-A-PATH …] [--name PATTERN] [--concurrency N]

Starts the servers that the tests need and runs test/**/*.test.ts, or those that are named, slow ones too.
  --name PATTERN     only tests whose name matches
  --concurrency N    processes at the same time (4)
  --suffix SUFFIX    files with that ending instead; may be given several times
`;

// A file that still runs after this hangs, and so does a process that does not end after its last file: on what one of
// them has left open.
const fileLimitMs = 600_000;
const processLimitMs = 3 * fileLimitMs;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const files = selectFiles(
    positionals,
    values.suffix ?? (positionals.length === 0 ? ['.test.ts'] : ['.test.ts', '.slow.ts']),
  );
  const log = createLogger({ name: 'test', level: 'warn', format: 'pretty' });
  const givenDatabase = process.env['DATABASE_URL'];
  const servers = await startTestServers({
    log,
    databaseUrl: givenDatabase,
    temporalAddress: process.env['TEMPORAL_ADDRESS'],
    temporalCli: process.env['TEMPORAL_CLI'],
  });
  const folder = await createTestFolder('entries');
  try {
    // A pattern would match the name of a file, too, which is the name of a suite there.
    const entries =
      values.name === undefined ? await writeEntries(planEntries(files), folder.path, fileLimitMs) : files;
    const browser = files.some(needsBrowser) ? await startSharedBrowser() : null;
    try {
      return await runTests(entries, { servers, browser }, values);
    } finally {
      await browser?.stop();
    }
  } finally {
    await folder.remove();
    if (givenDatabase !== undefined) await dropTestTemplate(givenDatabase, String(process.pid));
    await servers.stop();
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        name: { type: 'string' },
        concurrency: { type: 'string' },
        suffix: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function selectFiles(wanted: readonly string[], suffixes: readonly string[]): string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file}`)
    .filter((file) => suffixes.some((suffix) => file.endsWith(suffix)) && statSync(file).isFile())
    .sort();
  const selected = new Set<string>();
  for (const word of wanted.map((item) => item.replace(/^\.\//, ''))) {
    const matching = all.filter((file) => file.includes(word));
    if (matching.length === 0) {
      process.stderr.write(`no test file matches '${word}'\n`);
      process.exit(2);
    }
    for (const file of matching) selected.add(file);
  }
  return wanted.length === 0 ? all : [...selected];
}

/** One for all: each costs two seconds of processor time. */
async function startSharedBrowser() {
  const { startBrowser } = await import('./browser/browser.ts');
  // Where there is none the tests that need it say so.
  return startBrowser({ endsBySignal: false }).catch(() => null);
}

async function runTests(
  entries: readonly string[],
  { servers, browser }: { servers: TestServers; browser: StartedBrowser | null },
  { name, concurrency = '4' }: { name?: string | undefined; concurrency?: string | undefined },
): Promise<number> {
  const options = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${processLimitMs}`,
    ...(name === undefined ? [] : [`--test-name-pattern=${name}`]),
  ];
  const child = spawn(process.execPath, [...options, ...entries], {
    stdio: 'inherit',
    env: {
      LOG_LEVEL: 'warn',
      // What is compiled once is read by all that start after it: a third of the time of most.
      NODE_COMPILE_CACHE: join(cacheDir, 'compiled'),
      ...process.env,
      DATABASE_URL: undefined,
      TEMPORAL_ADDRESS: undefined,
      TEST_DATABASE_URL: servers.databaseUrl,
      TEST_TEMPORAL_ADDRESS: servers.temporalAddress,
      TEST_RUN: String(process.pid),
      ...(browser === null ? {} : { TEST_BROWSER: browser.address }),
    },
  });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', passOn).on('SIGTERM', passOn);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
