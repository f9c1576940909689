// ENTRY of `npm run test:postgres`: PostgreSQL as operators have it, behind the real PgBouncer, on two hosts, and older.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { whyNoPgbouncer } from '../support/postgres/installPgbouncer.ts';
import { installPrograms, releases, tooOld } from '../support/postgres/installPrograms.ts';

const usage = `npm run test:postgres -- [PART-OF-A-PATH …] [--release MAJOR | --all]

Runs test/postgres/*.postgres.ts with the PostgreSQL that is installed, and a selection of all tests with older ones.
  --release MAJOR   these, or the named files, with that PostgreSQL alone: 14 to 18
  --all             with all older ones, and a failover with each; otherwise 14 (the oldest) and 15 (Debian 12)
`;

// Migrations, roles, partitions, gc, filters, retention and backpressure; an extract is part of each failover.
const selection = [
  ...[
    'db/schema/',
    'db/gc/gc',
    'db/gc/wholeDays',
    'db/engine/wholePartition',
    'db/ops/',
    'db/selection/eventFilters',
  ],
  'engine/gcTargets',
].map((path) => `test/${path}`);
const version = 'test/postgres/version.postgres.ts';
const failover = 'test/postgres/failover.postgres.ts';
const usual = ['14', '15'];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, release: { type: 'string' }, all: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const chosen = values.release;
  const older = releases.filter((release) => {
    const major = majorOf(release);
    if (chosen !== undefined) return major === chosen;
    return (
      positionals.length === 0 &&
      release !== releases.at(-1) &&
      (values.all === true || usual.includes(major))
    );
  });
  if (chosen !== undefined && older.length === 0) {
    process.stderr.write(`no PostgreSQL ${chosen}\n\n${usage}`);
    return 2;
  }
  let code = 0;
  if (chosen === undefined) {
    const files = await filesForInstalled(positionals);
    if (files.length > 0) code ||= run(files);
  }
  const files = values.all === true || chosen !== undefined ? [...selection, failover] : selection;
  for (const release of older) {
    code ||= await runWith(release, positionals.length > 0 ? positionals : [version, ...files]);
  }
  return code;
}

/** What is named, or all, without what cannot be tried here; each program is downloaded when a file needs it. */
async function filesForInstalled(named: readonly string[]): Promise<string[]> {
  const files = readdirSync('test/postgres')
    .map((file) => `test/postgres/${file}`)
    .filter((file) => file.endsWith('.postgres.ts') && file !== version)
    .filter((file) => named.length === 0 || named.some((name) => file.includes(name)));
  const needsPooler = (file: string) => /\/(pgbouncer|pooled)/.test(file);
  const needsOld = (file: string) => file.includes('/tooOld');
  const reason = files.some(needsPooler) ? await whyNoPgbouncer() : null;
  if (reason !== null) process.stdout.write(`Left out: the tests with PgBouncer, which ${reason}.\n`);
  const hasOld =
    files.some(needsOld) &&
    (await installPrograms(tooOld).then(
      () => true,
      () => false,
    ));
  if (files.some(needsOld) && !hasOld)
    process.stdout.write('Left out: PostgreSQL 13, whose package cannot be downloaded.\n');
  return [
    ...files.filter((file) => (reason === null || !needsPooler(file)) && (hasOld || !needsOld(file))),
    ...named.filter((name) => !files.some((file) => file.includes(name))),
  ];
}

async function runWith(release: string, files: readonly string[]): Promise<number> {
  const programs = await installPrograms(release).catch(() => null);
  if (programs === null) {
    process.stdout.write(`Left out: PostgreSQL ${majorOf(release)}, whose package cannot be downloaded.\n`);
    return 0;
  }
  process.stdout.write(`PostgreSQL ${release.replace(/\.0-.*$/, '')}:\n`);
  return run(files, { TEST_POSTGRES_PROGRAMS: programs, TEST_POSTGRES_RELEASE: release });
}

function run(files: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const runner = fileURLToPath(new URL('../support/run.ts', import.meta.url));
  const args = ['.test.ts', '.slow.ts', '.postgres.ts'].flatMap((suffix) => ['--suffix', suffix]);
  return (
    spawnSync(process.execPath, [runner, ...args, ...files], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    }).status ?? 1
  );
}

function majorOf(release: string): string {
  return release.replace(/\..*$/, '');
}
