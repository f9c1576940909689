import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isListening, rememberedPort } from '../../../embedded/ports.ts';
import { plainEnvironment } from '../../../platform/childEnvironment.ts';
import type { MadeCertificate } from '../certificates.ts';
import { createTestFolder } from '../folder.ts';
import { waitFor } from '../waitFor.ts';

/** The collector that `npm run test:tracing` has built; it passes on to `target` what it has understood. `certificate`: by TLS. */
export async function startCollector(program: string, target: string, certificate?: MadeCertificate) {
  const folder = await createTestFolder('collector');
  const port = await rememberedPort(join(folder.path, 'port'));
  const grpcPort = await rememberedPort(join(folder.path, 'grpc-port'));
  const file = join(folder.path, 'collector.json');
  const tls =
    certificate === undefined
      ? {}
      : { tls: { cert_file: certificate.certFile, key_file: certificate.keyFile } };
  const settings = {
    receivers: {
      otlp: {
        protocols: {
          http: { endpoint: `127.0.0.1:${port}`, ...tls },
          grpc: { endpoint: `127.0.0.1:${grpcPort}`, ...tls },
        },
      },
    },
    exporters: { otlp_http: { endpoint: target, compression: 'none' } },
    service: {
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  };
  await writeFile(file, JSON.stringify(settings));
  const scheme = certificate === undefined ? 'http' : 'https';
  const child = spawn(program, ['--config', `file:${file}`], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  const exited = once(child, 'exit');
  await waitFor(
    'the collector to listen',
    async () => child.exitCode !== null || ((await isListening(port)) && (await isListening(grpcPort))),
  );
  if (child.exitCode !== null) throw new Error(`the collector does not start: ${said}`);
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    grpcUrl: `${scheme}://127.0.0.1:${grpcPort}`,
    stop: async (): Promise<void> => {
      child.kill();
      await exited;
      await folder.remove();
    },
  };
}
