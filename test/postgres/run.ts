// ENTRY of `npm run test:postgres`: PostgreSQL as operators have it, behind the real PgBouncer.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { whyNoPgbouncer } from '../support/postgres/installPgbouncer.ts';

const suffix = '.postgres.ts';
const reason = await whyNoPgbouncer();
if (reason !== null) process.stdout.write(`Left out: the tests with PgBouncer, which ${reason}.\n`);
const files = readdirSync('test/postgres')
  .filter((file) => file.endsWith(suffix) && (reason === null || !file.startsWith('pgbouncer')))
  .map((file) => `test/postgres/${file}`);
const runner = fileURLToPath(new URL('../support/run.ts', import.meta.url));
const args = ['--suffix', suffix, ...(process.argv.length > 2 ? process.argv.slice(2) : files)];
process.exitCode = spawnSync(process.execPath, [runner, ...args], { stdio: 'inherit' }).status ?? 1;
