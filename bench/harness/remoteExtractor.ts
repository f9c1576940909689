import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const dimension = 256;
const port = 20_000 + (randomBytes(2).readUInt16BE() % 20_000);

/** A network on another machine that takes its time and no processor, and how the settings name it. */
export const remoteNetwork = {
  version: 4,
  setting: `face:4:${dimension}=http://127.0.0.1:${port}`,
} as const;

export interface Remote {
  /** How often each image was asked for, by its SHA-256. */
  readonly asked: ReadonlyMap<string, number>;
  forget(): void;
  close(): void;
}

/** Answers the same descriptor for each sample after a while. */
export async function startRemote(latencyMs: number): Promise<Remote> {
  const answer = JSON.stringify({ descriptor: Array.from({ length: dimension }, () => 1) });
  const asked = new Map<string, number>();
  const server = createServer((req, res) => {
    const hash = createHash('sha256');
    req.on('data', (chunk: Buffer) => hash.update(chunk));
    req.on('end', () => {
      const image = hash.digest('hex');
      asked.set(image, (asked.get(image) ?? 0) + 1);
    });
    setTimeout(() => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(answer);
    }, latencyMs);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    forget: () => {
      asked.clear();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
