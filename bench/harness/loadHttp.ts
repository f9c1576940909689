import autocannon from 'autocannon';
import { defaultAdminPassword } from '../../platform/settings.ts';
import type { Bed } from './bed.ts';

export interface Load {
  readonly rate: number;
  readonly p99Ms: number;
}

/** Asks for one address with Basic credentials, over connections that are kept, as fast as it is answered. */
export async function loadHttp(
  bed: Bed,
  url: string,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Load> {
  const headers = adminHeader(bed);
  // The first seconds are for caches and plans.
  await autocannon({ url, headers, connections, duration: 2 });
  const { requests, latency, non2xx, errors } = await autocannon({
    ...{ url, headers, connections, duration: seconds },
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} broken`);
  return { rate: requests.average, p99Ms: latency.p99 };
}

/** Basic credentials of the administrator whom a start makes. */
export function adminHeader({ running }: Bed): { authorization: string } {
  const login = `${running.config.adminLogin}:${defaultAdminPassword}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}
