// ENTRY of `npm run test:s3`: tests with a real S3 server, which the first run builds.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installGateway, whyNoGateway } from '../support/s3/installGateway.ts';

const reason = await whyNoGateway();
if (reason !== null) {
  process.stdout.write(`Left out: npm run test:s3, which ${reason}.\n`);
} else {
  await installGateway();
  const runner = fileURLToPath(new URL('../support/run.ts', import.meta.url));
  const args = ['--suffix', '.s3.ts', ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, [runner, ...args], { stdio: 'inherit' }).status ?? 1;
}
