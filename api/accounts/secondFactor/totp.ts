import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';

const periodSeconds = 30;
/** Clocks of phones may be off by half a minute. */
const window = 1;
const secretBytes = 20;

const totpOf = (secret: Uint8Array, label = ''): TOTP =>
  new TOTP({
    ...{ issuer: 'Luna Admin', label, algorithm: 'SHA1', digits: 6, period: periodSeconds },
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });

export function newTotpSecret(): Uint8Array {
  return new Secret({ size: secretBytes }).bytes;
}

/** What an app needs: as a picture to be scanned, and as a text to be typed. */
export function totpSetUp(
  secret: Uint8Array,
  login: string,
): { readonly svg: string; readonly text: string } {
  const totp = totpOf(secret, login);
  const svg = renderSVG(totp.toString(), { border: 2, pixelSize: 6 });
  return { svg, text: totp.secret.base32.replaceAll(/(.{4})(?=.)/g, '$1 ') };
}

/** The step of thirty seconds that the code is of; null: of none that counts now. */
export function stepOf(secret: Uint8Array, code: string, now: Date): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: now.getTime(), window });
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / periodSeconds) + delta;
}

/** What was typed, as digits; null: it is no such code. */
export function codeIn(text: string): string | null {
  const digits = text.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(digits) ? digits : null;
}
