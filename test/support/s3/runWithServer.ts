import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installGoProgram, whyNotBuilt, type GoProgram } from '../../../commands/system/goProgram.ts';

/** Runs the test files with that ending, for `npm run SCRIPT`, with a server that the first run builds; says so if it cannot. */
export async function runWithServer(script: string, suffix: string, server: GoProgram): Promise<void> {
  const reason = await whyNotBuilt(server);
  if (reason !== null) {
    process.stdout.write(`Left out: npm run ${script}, which ${reason}.\n`);
    return;
  }
  await installGoProgram(server);
  const runner = fileURLToPath(new URL('../run.ts', import.meta.url));
  const args = ['--suffix', suffix, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, [runner, ...args], { stdio: 'inherit' }).status ?? 1;
}
