import { ConfigError, isLoopback, isUnencrypted, type Config } from './config.ts';
import { parseDatabaseAddress } from './databaseAddress.ts';
import { toDestinations } from './outgoing/destinations.ts';
import type { Logger } from './logger.ts';

/** @throws ConfigError when other machines would reach the API without HTTPS and the settings rule that out */
export function requireHttps(
  config: Pick<Config, 'host' | 'tlsCert' | 'trustProxy' | 'secureCookies' | 'requireHttps'>,
): void {
  if (!isUnencrypted(config) || !config.requireHttps) return;
  throw new ConfigError([
    `HOST: other machines would reach the API at ${config.host} without HTTPS; set TLS_CERT and TLS_KEY, or TRUST_PROXY and SECURE_COOKIES behind a proxy that speaks HTTPS (REQUIRE_HTTPS)`,
  ]);
}

/** Anyone who has given a certificate or a key does not mean to send it, or anything, in clear. */
export function isTemporalEncrypted(
  config: Pick<
    Config,
    | ('temporalTls' | 'temporalTlsCa' | 'temporalTlsCert' | 'temporalTlsKey')
    | ('temporalTlsServerName' | 'temporalApiKey')
  >,
): boolean {
  const { temporalTlsCa, temporalTlsCert, temporalTlsKey, temporalTlsServerName, temporalApiKey } = config;
  const given = [temporalTlsCa, temporalTlsCert, temporalTlsKey, temporalTlsServerName, temporalApiKey];
  return config.temporalTls || given.some((each) => each !== undefined);
}

/** A connection to another machine that the settings leave unencrypted. */
export interface PlainConnection {
  readonly setting: string;
  readonly sentence: string;
}

/** Settings of a process, with the networks that it knows. */
type Known = Config & {
  readonly networks: readonly { readonly server?: { readonly url: string } | undefined }[];
};

export function plainConnections(config: Known): PlainConnection[] {
  const { databaseUrl, databaseDirectUrl, temporalAddress } = config;
  const found: PlainConnection[] = [];
  for (const [setting, url] of Object.entries({
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseDirectUrl,
  })) {
    if (url !== undefined && parseDatabaseAddress(url).urls.some((each) => isPlainDatabase(new URL(each))))
      found.push({ setting, sentence: 'Add sslmode=verify-full and sslrootcert to it.' });
  }
  if (temporalAddress !== undefined && !isTemporalEncrypted(config)) {
    if (!isLoopback(temporalAddress.replace(/:\d+$/, '')))
      found.push({
        setting: 'TEMPORAL_ADDRESS',
        sentence: 'Set TEMPORAL_TLS_CA, TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY.',
      });
  }
  const isPlain = (url: string) => {
    const { protocol, hostname } = new URL(url);
    return protocol === 'http:' && !isLoopback(hostname);
  };
  const extractors = config.networks.flatMap(({ server }) => (server === undefined ? [] : [server.url]));
  for (const url of new Set(extractors.filter(isPlain)))
    found.push({ setting: 'REMOTE_EXTRACTORS, EXTRACTORS_FILE', sentence: `Use https for ${url}.` });
  for (const [setting, hosts] of [
    ['NOTIFICATION_HOSTS', config.notificationHosts],
    ['ORIGIN_HOSTS', config.originHosts],
  ] as const) {
    for (const entry of hosts) {
      if (toDestinations(entry).some(({ protocol, host }) => protocol === 'http:' && !isLoopback(host)))
        found.push({ setting, sentence: `Use https instead of ${entry}.` });
    }
  }
  return found;
}

/** At the start; the settings page shows the same. */
export function logPlainConnections(config: Known, log: Logger): void {
  for (const { setting, sentence } of plainConnections(config))
    log.warn({ setting }, `NOT ENCRYPTED: a connection to another machine. ${sentence}`);
}

/** A folder for a socket is this machine. What `sslmode` asks for is checked by the driver. */
function isPlainDatabase({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get('host') ?? hostname;
  if (host === '' || host.startsWith('/') || host.startsWith('%2F') || isLoopback(host)) return false;
  const mode = searchParams.get('sslmode');
  return mode === null ? searchParams.get('ssl') !== 'true' : ['disable', 'allow'].includes(mode);
}
