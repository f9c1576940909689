// ENTRY of `npm run test:tracing`: the tests of tracing with a real OpenTelemetry collector between service and receiver.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../platform/logger.ts';
import { buildCollector, findGo } from './buildCollector.ts';

// What its modules ask for.
const oldest = 26;

process.exitCode = await main();

async function main(): Promise<number> {
  const log = createLogger({ name: 'test', level: 'info', format: 'pretty' });
  const go = await findGo();
  if (go === null || !(go >= oldest)) {
    log.warn(`left out: the collector is built with Go 1.${oldest}, which is not installed`);
    return 0;
  }
  log.info('building the collector; the first time takes minutes');
  const program = await buildCollector();
  const run = fileURLToPath(new URL('../support/run.ts', import.meta.url));
  const child = spawn(process.execPath, [run, 'test/ops/tracing'], {
    env: { ...process.env, TEST_COLLECTOR: program },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
