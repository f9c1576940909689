import type { Permission, Permissions } from './permission.ts';

/** By this prefix scanners for leaked secrets know one, and this service that it is no password. */
const prefix = 'lat_';
const pattern = /^lat_[A-Za-z0-9_-]{43}$/;

/** The text of a token of 32 random bytes. */
export const toApiToken = (bytes: Buffer): string => prefix + bytes.toString('base64url');

export const isApiToken = (text: string): boolean => pattern.test(text);

/** Whoever has a token may neither make another one nor change how its account logs in. */
const never: readonly Permission[] = ['own'];

/** What both the token and its account may do. */
export function permissionsOfToken(ofToken: Permissions, ofAccount: Permissions): Permissions {
  return new Set([...ofToken].filter((name) => ofAccount.has(name) && !never.includes(name)));
}
