import { Secret, TOTP } from 'otpauth';

/** What an authenticator app shows for this key, so many steps of thirty seconds from now. */
export function codeOf(key: string, steps = 0): string {
  const secret = Secret.fromBase32(key.replaceAll(' ', ''));
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
}
