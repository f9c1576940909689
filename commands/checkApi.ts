import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { environmentWith } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { makeTemporaryFolder } from '../platform/temporaryFolder.ts';
import { createApiClient } from './cli/apiClient.ts';
import { cacheDir } from './system/cacheDir.ts';
import { seedCheckedSystem, type KnownIds } from './checkApiSeed.ts';
import { defineCommand, runCommand, wholeNumber } from './cli/options.ts';
import { startEverything } from './system/system.ts';

const version = '4.32.5';
const allPhases: readonly string[] = ['examples', 'coverage', 'fuzzing', 'stateful'];
const login = 'root@visionlabs.ai';
const password = 'checks the API';
// A stream goes on until its reader leaves, and this reader never does.
const endless = ['streamTasks', 'streamTask'];
// It would lock the checker out; only what it must refuse is tried.
const locksOut = 'changePassword';
// Served without the version's prefix only.
const unprefixed = '^/(metrics|docs/)';
const hooks = fileURLToPath(new URL('checkApiHooks.py', import.meta.url));

await runCommand(
  defineCommand(
    'npm run check:api --',
    'Starts a private installation and lets schemathesis test it against the OpenAPI document: valid and invalid requests, alone and in sequences.',
  )
    .option('--examples <count>', 'generated requests per operation and phase', wholeNumber(1, 100_000), 200)
    .option('--seed <seed>', 'seed of the generated requests', wholeNumber(0, 2 ** 31), 1)
    .option('--phases <names>', `schemathesis phases: ${allPhases.join(', ')}`, phasesOf, allPhases.join(','))
    .action(async ({ examples, seed, phases }: { examples: number; seed: number; phases: string }) => {
      const program = installSchemathesis();
      const dataDir = await makeTemporaryFolder('check-api');
      const log = createLogger({ name: 'check:api', level: 'warn', format: 'pretty' });
      const system = await startEverything({
        log,
        temporalUi: false,
        output: 'files',
        overrides: {
          ...{ DATA_DIR: dataDir, DATABASE_URL: '', TEMPORAL_ADDRESS: '', HOST: '127.0.0.1', PORT: '0' },
          ...{ ADMIN_LOGIN: login, ADMIN_PASSWORD: password, WORKER_METRICS_PORT: '0', LOG_FORMAT: 'json' },
          // Wrong credentials are a part of the check.
          LOGIN_FAILURES: '1000000',
          // Those of the document's examples; nobody answers there.
          ...{
            NOTIFICATION_HOSTS: 'hooks.example.org',
            NOTIFICATION_SECRETS: 'orders=a secret that signs nothing real',
          },
        },
      });
      try {
        const check = async (prefix: string, ...chosen: readonly string[]): Promise<number | null> =>
          run(program, `${system.apiUrl}${prefix}`, known, [
            ...['--max-examples', String(examples), '--seed', String(seed), '--phases', phases],
            ...chosen,
          ]);
        const api = createApiClient({ url: system.apiUrl, login, password });
        const known = await seedCheckedSystem(api, { databaseUrl: system.databaseUrl, login });
        const codes = [
          await check(
            '/4',
            ...['--exclude-path-regex', unprefixed],
            ...[...endless, locksOut].flatMap((id) => ['--exclude-operation-id', id]),
          ),
          await check('/4', '--include-operation-id', locksOut, '--mode', 'negative'),
          await check('', '--include-path-regex', unprefixed),
        ];
        if (codes.some((code) => code !== 0)) throw new Error('the API does not match its document');
      } finally {
        await system.stop();
        await rm(dataDir, { recursive: true, force: true });
      }
    }),
);

/** Schemathesis would refuse a wrong one only after everything has been started. */
function phasesOf(value: string): string {
  const unknown = value.split(',').find((phase) => !allPhases.includes(phase));
  if (unknown === undefined) return value;
  throw new InvalidArgumentError(`Unknown phase '${unknown}', only ${allPhases.join(', ')}.`);
}

/** Into a virtual environment of the project's cache, once. */
function installSchemathesis(): string {
  const folder = join(cacheDir, `schemathesis-${version}`);
  const program = join(folder, 'bin', 'st');
  if (existsSync(program)) return program;
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  } catch (error) {
    throw new Error('this check needs python3 (3.10 or newer) with its venv module', { cause: error });
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`];
  execFileSync(join(folder, 'bin', 'python'), pip, { stdio: 'inherit' });
  return program;
}

async function run(
  program: string,
  url: string,
  known: KnownIds,
  options: readonly string[],
): Promise<number | null> {
  const child = spawn(
    program,
    [
      ...['run', 'api/openapi.yaml', '--url', url, '--auth', `${login}:${password}`],
      ...['--checks', 'all', '--continue-on-failure', '--no-color', '--generation-database', 'none'],
      // A loaded machine is no finding.
      ...['--request-timeout', '60'],
      ...options,
    ],
    {
      stdio: 'inherit',
      env: environmentWith({ SCHEMATHESIS_HOOKS: hooks, CHECKER_IDS: JSON.stringify(known) }),
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
