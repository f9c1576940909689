import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isListening, rememberedPort } from '../../../embedded/ports.ts';
import { plainEnvironment } from '../../../platform/childEnvironment.ts';
import { createTestFolder } from '../folder.ts';
import { waitFor } from '../waitFor.ts';

/** The collector that `npm run test:tracing` has built; it passes on to `target` what it has understood. */
export async function startCollector(program: string, target: string) {
  const folder = await createTestFolder('collector');
  const port = await rememberedPort(join(folder.path, 'port'));
  const file = join(folder.path, 'collector.json');
  const settings = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { otlp_http: { endpoint: target, compression: 'none' } },
    service: {
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  };
  await writeFile(file, JSON.stringify(settings));
  const child = spawn(program, ['--config', `file:${file}`], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  const exited = once(child, 'exit');
  await waitFor('the collector to listen', () => child.exitCode !== null || isListening(port));
  if (child.exitCode !== null) throw new Error(`the collector does not start: ${said}`);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async (): Promise<void> => {
      child.kill();
      await exited;
      await folder.remove();
    },
  };
}
