// ENTRY of `npm run test:minio`: tests with MinIO and its exchange of tokens, which the first run builds.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installMinio, whyNoMinio } from '../support/s3/installMinio.ts';

const reason = await whyNoMinio();
if (reason !== null) {
  process.stdout.write(`Left out: npm run test:minio, which ${reason}.\n`);
} else {
  await installMinio();
  const runner = fileURLToPath(new URL('../support/run.ts', import.meta.url));
  const args = ['--suffix', '.minio.ts', ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, [runner, ...args], { stdio: 'inherit' }).status ?? 1;
}
