import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { isLocal } from '../../../extraction/catalogue/network.ts';
import type { Wish } from '../../../extraction/extractor.ts';
import { createDescriber } from '../../../extraction/onnx/describe.ts';
import { closeServer } from './closeServer.ts';

export type RemoteServer = Awaited<ReturnType<typeof startRemoteServer>>;

/** Answers in the place of the server; undefined: it answers as it should. */
export type Misbehaviour = (
  jpeg: Buffer,
  res: ServerResponse,
) => { status: number; body: unknown; headers?: Readonly<Record<string, string>> } | 'silent' | undefined;

/**
 * A remote extractor as docs/remote-extractor.yaml wants it, with our networks 3 (descriptors) and 1 (attributes)
 * behind it. It can be told to misbehave, be stopped, and be started again at the same address.
 */
export async function startRemoteServer() {
  const describer = createDescriber(builtIn.filter(isLocal));
  let misbehave: Misbehaviour = () => undefined;
  let server: Server;
  let port = 0;
  const asked: URL[] = [];
  let busy = 0;
  let mostBusy = 0;
  let gathering: { count: number; arrived: Promise<void>; open: () => void } | null = null;

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const address = new URL(req.url ?? '', 'http://remote');
    asked.push(address);
    busy += 1;
    mostBusy = Math.max(mostBusy, busy);
    const jpeg = await buffer(req);
    if (gathering !== null && busy >= gathering.count) gathering.open();
    await gathering?.arrived;
    const wrong = misbehave(jpeg, res);
    const said = wrong ?? (await extract(address, jpeg, describer));
    // Before it is sent: who gets it may ask again at once.
    busy -= 1;
    if (said === 'silent') return;
    const { status, body, headers } = { headers: {}, ...said };
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

  const start = async (): Promise<void> => {
    server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const stop = (): Promise<void> => closeServer(server);
  await start();
  return {
    url: `http://127.0.0.1:${port}/extract`,
    asked,
    mostBusy: () => mostBusy,
    /** From now on nobody is answered before so many are asking at the same time. */
    gather: (count: number): void => {
      let open: () => void = () => undefined;
      const arrived = new Promise<void>((resolve) => (open = resolve));
      gathering = { count, arrived, open };
    },
    misbehave: (how: Misbehaviour): void => {
      misbehave = how;
    },
    ...{ start, stop },
  };
}

async function extract(
  address: URL,
  jpeg: Buffer,
  describer: ReturnType<typeof createDescriber>,
): Promise<{ status: number; body: unknown }> {
  const wants = (name: string) => address.searchParams.get(name) === 'true';
  const make = async (wish: Pick<Wish, 'version' | 'wanted'>) => {
    const [made = {}] = await describer.describe({ ...wish, kind: 'face' }, [jpeg]);
    return made;
  };
  const described = await make({ version: 3, wanted: 'descriptor' });
  if ('fault' in described) return { status: 422, body: { detail: described.fault } };
  const told = wants('attributes') ? await make({ version: 1, wanted: 'attributes' }) : {};
  const body = {
    // Three times as long as it should be: who asks has to scale it.
    ...(wants('descriptor')
      ? { descriptor: Array.from(described.descriptor ?? [], (value) => value * 3) }
      : {}),
    ...('attributes' in told ? { attributes: told.attributes } : {}),
  };
  return { status: 200, body };
}
