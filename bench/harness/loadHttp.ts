import autocannon from 'autocannon';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
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
  // It ends at a sample.
  const load = { url, headers, connections, sampleInt: Math.min(1_000, 1_000 * seconds) };
  // The first seconds are for caches and plans.
  await autocannon({ ...load, duration: Math.min(2, seconds) });
  for (;;) {
    const { requests, latency, duration, non2xx, errors } = await autocannon({ ...load, duration: seconds });
    if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} broken`);
    // A short load on a busy machine may be over before the first answer.
    if (requests.total > 0) return { rate: requests.total / duration, p99Ms: latency.p99 };
  }
}

/** Basic credentials of the administrator whom a start makes. */
export function adminHeader({ running }: Pick<Bed, 'running'>): { authorization: string } {
  const login = `${running.config.adminLogin}:${defaultAdminPassword}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** The cookie of a new session: whoever looks at pages has one, and a password takes longer to check than most pages to make. */
export async function logIn(bed: Pick<Bed, 'running'>): Promise<string> {
  const response = await fetch(`${bed.running.apiUrl}/4/login`, {
    method: 'POST',
    headers: adminHeader(bed),
  });
  if (!response.ok) throw new Error(`log-in: ${response.status} ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
