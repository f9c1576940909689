import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseDatabaseAddress } from '../databaseAddress.ts';
import { parseDestinations } from '../outgoing/destinations.ts';
import { parseHostList } from '../outgoing/hostList.ts';
import { webhookKey } from '../outgoing/signWebhook.ts';

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`);

export const yesOrNo = z.stringbool({ error: 'true or false' });

export const text = z.string();

export const duration = z
  .string()
  .regex(/^[1-9]\d{0,2}[smhdw]$/, 'a number followed by s, m, h, d or w, such as 3d');

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Of a {@link duration}. */
export function secondsOf(text: z.output<typeof duration>): number {
  return Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? 1);
}

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `one of ${values.join(', ')}` });

export const url = (protocol: RegExp, example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocol.test(value), `an address such as ${example}`);

export const databaseAddress = z.string().superRefine((value, context) => {
  try {
    parseDatabaseAddress(value);
  } catch (error) {
    context.addIssue(error instanceof RangeError ? error.message : String(error));
  }
});

export const commaSeparated = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const parsedBy = (parse: (entries: readonly string[]) => unknown) =>
  commaSeparated.superRefine((value, context) => {
    try {
      parse(value);
    } catch (error) {
      context.addIssue(error instanceof RangeError ? error.message : String(error));
    }
  });

export const hosts = parsedBy(parseHostList);

export const destinations = parsedBy(parseDestinations);

const role = z.enum(['viewer', 'operator', 'auditor', 'admin']);

/** `value=role`, comma-separated. */
export const roleMap = commaSeparated.transform((items, context) => {
  const roles: Record<string, z.output<typeof role>> = {};
  for (const item of items) {
    const at = item.lastIndexOf('=');
    const given = role.safeParse(item.slice(at + 1));
    if (at > 0 && given.success) roles[item.slice(0, at)] = given.data;
    else
      context.addIssue(
        `items like luna-admins=admin with a role of viewer, operator, auditor or admin, not ${item}`,
      );
  }
  return roles;
});

/** What express takes for `trust proxy`, except everybody: who may name any address is limited by none. */
export const proxies = z
  .string()
  .refine(
    (value) => value === '' || /^\d{1,3}$/.test(value) || value.split(/ *, */).every(isProxy),
    'a number of proxies, or their addresses, ranges, loopback, linklocal or uniquelocal, comma-separated',
  );

function isProxy(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry) || isIP(entry) !== 0) return true;
  return ipaddr.isValidCIDR(entry) && !/\/0+$/.test(entry);
}

/** `name=secret`, by commas or on lines of their own. No message may repeat any of it. */
export const namedSecrets = z.string().transform((value, context) => {
  const secrets = new Map<string, string>();
  for (const item of value.split(/[,\n]/).map((text) => text.trim())) {
    if (item === '') continue;
    const [, name = '', key = ''] = /^([\w.-]{1,64})=(.+)$/.exec(item) ?? [];
    if (name === '' || secrets.has(name) || webhookKey(key).length < 24) {
      context.addIssue('items like name=secret, each name once, each secret of at least 24 bytes');
      return z.NEVER;
    }
    secrets.set(name, key);
  }
  return Object.fromEntries(secrets);
});

/** `face:4:512=http://host:9000/extract`, comma-separated; `:attributes` after the length when it tells them too. */
export const remoteExtractors = commaSeparated.transform((items, context) =>
  items.flatMap((item) => {
    const found = /^(face|body):(\d{1,5}):(\d{1,5})(:attributes)?=(https?:\/\/.+)$/.exec(item);
    const [, kind, version, dimension, attributes, address = ''] = found ?? [];
    const [number, length] = [Number(version), Number(dimension)];
    const isGood =
      number >= 1 && number <= 32_767 && length >= 1 && length <= 16_384 && URL.canParse(address);
    if (!isGood || new URL(address).username !== '') {
      context.addIssue(`items like face:4:512=http://host:9000/extract, not ${item}`);
      return [];
    }
    const [type, tells] = [kind === 'body' ? 'body' : 'face', attributes !== undefined] as const;
    return [{ kind: type, version: number, dimension: length, attributes: tells, url: address } as const];
  }),
);

/** Keys of at least 32 characters, the present one first. */
export const keys = z
  .string()
  .transform((value) => value.split(',').map((key) => key.trim()))
  .pipe(z.array(z.string().min(32, 'at least 32 characters')).min(1));
