import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

const loopback = '127.0.0.1';

const attempts = 3;

/** Starts a server at its remembered port, or at another when somebody takes it in the moment before the server does. */
export async function onRememberedPort<T>(file: string, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const port = await rememberedPort(file);
    try {
      return await start(port);
    } catch (error) {
      if (attempt === attempts || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** The port that `file` remembers, when it is still free, else any free one, which the file then remembers. */
export async function rememberedPort(file: string): Promise<number> {
  const remembered = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(remembered) && remembered > 0 && (await freePort(remembered)) !== null)
    return remembered;
  const port = await freePort(0);
  if (port === null) throw new Error('there is no free port on 127.0.0.1');
  await writeFile(file, `${port}\n`);
  return port;
}

/** True when something on this machine listens at the port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: loopback, port });
    socket.setTimeout(1_000);
    const answer = (value: boolean) => () => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(wanted, loopback, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
