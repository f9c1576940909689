import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AskedOrigin } from '../books/asked.ts';
import { closeServer } from '../test/support/servers/closeServer.ts';

export interface Origin {
  readonly url: string;
  /** Breaks off every request, until `comeBack`. */
  leave(): void;
  comeBack(): void;
  /** Everything that was asked so far. */
  asked(): AskedOrigin[];
  close(): Promise<void>;
}

/** What the first askers of a path are answered, by its first word; then the image goes, and is gone. */
const firstAnswers: Readonly<Record<string, readonly number[]>> = {
  refuses: [403, 403],
  stumbles: [503],
};
export const moods = [...Object.keys(firstAnswers), 'removes'] as const;

/** Where images came from: each is removed once, and asks are counted. */
export async function startOrigin(): Promise<Origin> {
  const images = new Map<string, { answers: number; removed: boolean }>();
  let isAway = false;
  const server = createServer((request, response) => {
    const { method, url: path = '' } = request;
    // Whatever else it is asked is no path of an image: the audit finds it.
    const key = method === 'DELETE' ? path : `${path}#${method ?? ''}`;
    const image = images.get(key) ?? { answers: 0, removed: false };
    images.set(key, image);
    if (isAway) {
      request.socket.destroy();
      return;
    }
    const status = firstAnswers[path.split('/')[1] ?? '']?.[image.answers] ?? (image.removed ? 404 : 204);
    image.answers += 1;
    image.removed ||= status === 204;
    response.writeHead(status).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    leave: () => {
      isAway = true;
    },
    comeBack: () => {
      isAway = false;
    },
    asked: () => [...images].map(([path, { removed }]) => ({ url: `${url}${path}`, removed })),
    close: () => closeServer(server),
  };
}
