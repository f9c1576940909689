import type { KeyObject } from 'node:crypto';

const strongCurves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** What makes a private key weaker than 128 bits, or null. RSA has them from 3072 bits on (NIST SP 800-57). */
export function weaknessOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): string | null {
  const { namedCurve = '', modulusLength = 0 } = details;
  if (type === 'ed25519' || type === 'ed448') return null;
  if (type === 'ec') return strongCurves.has(namedCurve) ? null : weakly(`the curve ${namedCurve}`);
  const isRsa = type === 'rsa' || type === 'rsa-pss';
  return isRsa && modulusLength >= 3072 ? null : weakly(`${type} of ${modulusLength} bits`);
}

function weakly(key: string): string {
  return `${key} has fewer than 128 bits of strength`;
}
