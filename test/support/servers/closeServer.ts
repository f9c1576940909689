import { once } from 'node:events';
import type { Server } from 'node:http';

/** Stops accepting before it cuts connections, so that none slips in between. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
