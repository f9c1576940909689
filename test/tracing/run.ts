// ENTRY of `npm run test:tracing`: the tests of tracing with a real OpenTelemetry collector between service and receiver.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildCollector, whyNoCollector } from './buildCollector.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  const reason = await whyNoCollector();
  if (reason !== null) {
    process.stdout.write(`Left out: npm run test:tracing, which ${reason}.\n`);
    return 0;
  }
  const program = await buildCollector();
  const files = ['test/ops/tracing', 'test/tracing/'];
  const run = fileURLToPath(new URL('../support/run.ts', import.meta.url));
  const child = spawn(process.execPath, [run, '--suffix', '.slow.ts', '--suffix', '.tracing.ts', ...files], {
    env: { ...process.env, TEST_COLLECTOR: program },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
