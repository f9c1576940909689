import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isSecret, settings, type Role } from './settings/settings.ts';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Rest>>}`
  : Lowercase<Name>;

const schema = z.object(settings);

type Parsed = z.output<typeof schema>;

/** Settings whose default is computed from another setting or from the machine. */
interface Resolved {
  readonly dataDir: string;
  readonly imageStore: string;
  readonly extractProcesses: number;
  readonly logFormat: 'pretty' | 'json';
  readonly secureCookies: boolean;
  readonly requestsPerMinute: number;
  readonly costlyRequestsPerMinute: number;
  readonly picturesPerMinute: number;
  readonly publicRequestsPerMinute: number;
}

/** Every setting of the service, by its variable's name in camelCase (`DATA_DIR` is `dataDir`). */
export type Config = Readonly<
  Omit<{ [Name in keyof Parsed as Camel<Name>]: Parsed[Name] }, keyof Resolved> & Resolved
>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the settings of a start; entry files print the message and exit with 2. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(`Invalid settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, options);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Reads the settings; an empty variable counts as absent. Throws ConfigError with all faults at once. */
export function loadConfig(env: Environment = environment(), role: Role = 'command'): Config {
  const faults: string[] = [];
  const given = readGiven(env, faults);
  const result = schema.safeParse(given);
  if (!result.success) {
    for (const issue of result.error.issues) faults.push(describeIssue(issue, given));
  }
  if (role === 'api' && given['SESSION_SECRET'] === undefined && !mentions(faults, 'SESSION_SECRET')) {
    faults.push('SESSION_SECRET: required, at least 32 characters');
  }
  if (role === 'api' && given['OIDC_ISSUER'] !== undefined && given['OIDC_CLIENT_SECRET'] === undefined) {
    faults.push('OIDC_CLIENT_SECRET: required with OIDC_ISSUER');
  }
  if (result.success) {
    faults.push(...missingBesides(result.data), ...missingForFeed(result.data), ...missingForS3(result.data));
  }
  if (faults.length > 0 || !result.success) throw new ConfigError(faults);
  return freeze(result.data);
}

/** What other settings make necessary. A secret is read only by the API, so that nobody else can miss it. */
function missingBesides(parsed: Parsed): string[] {
  const tls = [
    ...(parsed.TLS_CERT !== undefined && parsed.TLS_KEY === undefined
      ? ['TLS_KEY: required with TLS_CERT']
      : []),
    ...(parsed.TLS_KEY !== undefined && parsed.TLS_CERT === undefined
      ? ['TLS_CERT: required with TLS_KEY']
      : []),
  ];
  const direct =
    parsed.DATABASE_DIRECT_URL !== undefined && parsed.DATABASE_URL === undefined
      ? ['DATABASE_URL: required with DATABASE_DIRECT_URL']
      : [];
  if (parsed.OIDC_ISSUER === undefined) return [...direct, ...tls];
  return [
    ...direct,
    ...tls,
    ...(parsed.OIDC_CLIENT_ID === undefined ? ['OIDC_CLIENT_ID: required with OIDC_ISSUER'] : []),
    ...(Object.keys(parsed.OIDC_ROLES).length === 0 ? ['OIDC_ROLES: required with OIDC_ISSUER'] : []),
  ];
}

/** Only the API is given the address, and it is given the secrets too. */
function missingForFeed(parsed: Parsed): string[] {
  const { AUDIT_WEBHOOK: address, AUDIT_WEBHOOK_SECRET: name, NOTIFICATION_SECRETS: secrets = {} } = parsed;
  if (address === undefined) return [];
  if (name === undefined) return ['AUDIT_WEBHOOK_SECRET: required with AUDIT_WEBHOOK'];
  return name in secrets ? [] : [`AUDIT_WEBHOOK_SECRET: NOTIFICATION_SECRETS has no secret called '${name}'`];
}

/** Of the keys: who needs none of them, such as a migration, is given none. */
function missingForS3(parsed: Parsed): string[] {
  const pairs = [
    ['S3_ACCESS_KEY', 'S3_SECRET_KEY'],
    ['S3_ROLE_ARN', 'S3_TOKEN_FILE'],
  ] as const;
  return pairs.flatMap(([one, other]) => [
    ...(parsed[one] !== undefined && parsed[other] === undefined ? [`${other}: required with ${one}`] : []),
    ...(parsed[other] !== undefined && parsed[one] === undefined ? [`${one}: required with ${other}`] : []),
  ]);
}

/** Settings of which some are there. */
export type ConfigWith<Name extends keyof Config> = Config & {
  readonly [Set in Name]-?: NonNullable<Config[Set]>;
};

/** For a process of the service, which needs what `npm start` sets where nobody else has. @throws ConfigError */
export function requireServers<Name extends keyof Config>(
  config: Config,
  names: readonly Name[],
): ConfigWith<Name> {
  if (names.some((name) => config[name] === undefined)) {
    throw new ConfigError(['DATABASE_URL and TEMPORAL_ADDRESS: required (npm start sets them)']);
  }
  return config as ConfigWith<Name>;
}

export function isRunByNpm(): boolean {
  return environment()['npm_lifecycle_event'] !== undefined;
}

/** This process's variables with `overrides` on top: what a child process is started with. */
export function environmentWith(overrides: Environment): Record<string, string | undefined> {
  return { ...environment(), ...overrides };
}

/** This process's variables; those of a file .env fill in what is not set. */
function environment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether other machines may reach the API, as far as the settings tell: at its address, or through a proxy on this machine. */
export function isPublished({
  host,
  trustProxy,
  secureCookies,
}: Pick<Config, 'host' | 'trustProxy' | 'secureCookies'>): boolean {
  return !isLoopback(host) || trustProxy !== '' || secureCookies;
}

/** Whether other machines reach the API without HTTPS, as far as the settings tell: neither its own nor that of a proxy. */
export function isUnencrypted({
  host,
  tlsCert,
  trustProxy,
  secureCookies,
}: Pick<Config, 'host' | 'tlsCert' | 'trustProxy' | 'secureCookies'>): boolean {
  return !isLoopback(host) && tlsCert === undefined && !(secureCookies && trustProxy !== '');
}

function readGiven(env: Environment, faults: string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(settings)) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
    const file = isSecret(name) ? env[`${name}_FILE`] : undefined;
    if (file === undefined || file === '') continue;
    if (given[name] !== undefined) {
      faults.push(`${name}: set twice, also as ${name}_FILE`);
      continue;
    }
    try {
      given[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      faults.push(`${name}_FILE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return given;
}

function describeIssue(issue: z.core.$ZodIssue, given: Record<string, string>): string {
  const name = String(issue.path[0] ?? '');
  const value = given[name];
  const shown = value === undefined || isSecret(name) ? '' : `, not '${value}'`;
  return `${name}: ${issue.message}${shown}`;
}

function mentions(faults: readonly string[], name: string): boolean {
  return faults.some((fault) => fault.startsWith(`${name}:`) || fault.startsWith(`${name}_FILE:`));
}

function freeze(parsed: Parsed): Config {
  const dataDir = resolve(parsed.DATA_DIR);
  const complete: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed)) complete[toCamel(name)] = value;
  const secureCookies = parsed.SECURE_COOKIES || parsed.TLS_CERT !== undefined;
  const reach = { host: parsed.HOST, trustProxy: parsed.TRUST_PROXY, secureCookies };
  return Object.freeze({
    ...(complete as Omit<Config, keyof Resolved>),
    dataDir,
    imageStore: parsed.IMAGE_STORE ?? `folder:${resolve(dataDir, 'samples')}`,
    ...limitsOf(parsed, isPublished(reach)),
    secureCookies,
    extractProcesses: parsed.EXTRACT_PROCESSES ?? availableParallelism(),
    logFormat: parsed.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json'),
  });
}

/** Where only this machine calls, its own programs do. */
function limitsOf(parsed: Parsed, isReached: boolean) {
  const most = (given: number | undefined, usual: number): number => given ?? (isReached ? usual : 0);
  return {
    requestsPerMinute: most(parsed.REQUESTS_PER_MINUTE, 6_000),
    costlyRequestsPerMinute: most(parsed.COSTLY_REQUESTS_PER_MINUTE, 600),
    picturesPerMinute: most(parsed.PICTURES_PER_MINUTE, 3_000),
    publicRequestsPerMinute: most(parsed.PUBLIC_REQUESTS_PER_MINUTE, 600),
  };
}

function toCamel(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
