import type { NetworkServer } from '../catalogue/schema.ts';
import { modelAddress } from './openInference/address.ts';

/**
 * Rejects when nobody answers at the server's address, or when an inference server does not have its model ready. It is
 * sent no sample: a refusal of one that speaks our own form is an answer too.
 */
export async function checkRemote(server: NetworkServer, limitMs = 1_500): Promise<void> {
  const address = server.protocol === 'json' ? server.url : modelAddress(server, 'ready');
  const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
  await response.body?.cancel();
  const isGood = server.protocol === 'json' ? response.status < 500 : response.ok;
  if (!isGood) throw new Error(`it answers with status ${response.status}`);
}
