import { defaultAdminPassword } from '../../platform/settings.ts';
import type { Bed } from './bed.ts';

/** Basic credentials of the administrator whom a start makes. */
export function adminHeader({ running }: Bed): { authorization: string } {
  const login = `${running.config.adminLogin}:${defaultAdminPassword}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}
