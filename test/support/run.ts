import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { createLogger } from '../../platform/logger.ts';
import { dropTestTemplate } from './servers/database.ts';
import { startTestServers, type TestServers } from './servers/servers.ts';

const usage = `npm test -- [FILE | FOLDER | PART-OF-A-PATH …] [--name PATTERN] [--concurrency N]

Starts the servers that the tests need and runs test/**/*.test.ts, or those that are named.
  --name PATTERN     only tests whose name matches
  --concurrency N    test files at the same time (3)
`;

// A file that still runs after this hangs on something that it left open.
const fileLimitMs = 600_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const files = selectFiles(positionals);
  const log = createLogger({ name: 'test', level: 'warn', format: 'pretty' });
  const givenDatabase = process.env['DATABASE_URL'];
  const servers = await startTestServers({
    log,
    databaseUrl: givenDatabase,
    temporalAddress: process.env['TEMPORAL_ADDRESS'],
    temporalCli: process.env['TEMPORAL_CLI'],
  });
  try {
    return await runTests(files, servers, values.name, values.concurrency ?? '3');
  } finally {
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
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function selectFiles(wanted: readonly string[]): string[] {
  const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file}`)
    .filter((file) => file.endsWith('.test.ts') && statSync(file).isFile())
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
  return takeTurns(wanted.length === 0 ? all : [...selected]);
}

/** One file of each folder, then the next: those of one folder wait, or need the processors, at the same time. */
function takeTurns(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  const placed = files.map((file) => {
    const folder = dirname(file);
    const place = counts.get(folder) ?? 0;
    counts.set(folder, place + 1);
    return { file, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ file }) => file);
}

async function runTests(
  files: readonly string[],
  servers: TestServers,
  name: string | undefined,
  concurrency: string,
): Promise<number> {
  const options = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${fileLimitMs}`,
    ...(name === undefined ? [] : [`--test-name-pattern=${name}`]),
  ];
  const child = spawn(process.execPath, [...options, ...files], {
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
    },
  });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', passOn).on('SIGTERM', passOn);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
