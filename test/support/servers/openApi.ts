import { after } from 'node:test';
import { startApiServer, type ApiServer } from './apiServer.ts';
import { createClient, type Client } from './documentedClient.ts';

/** For a file of tests, after which it is closed: an API, and who calls it as the first administrator. */
export async function openApi(
  options: Parameters<typeof startApiServer>[0] = {},
): Promise<{ api: ApiServer; call: Client }> {
  const api = await startApiServer(options);
  after(() => api.close());
  return { api, call: await createClient(api.url) };
}
