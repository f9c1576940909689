import type { TLSConfig } from '@temporalio/client';
import type { Config } from '../platform/config.ts';
import { isTemporalEncrypted } from '../platform/encryption.ts';

export interface ConnectionSettings {
  readonly address: string;
  readonly apiKey?: string;
  readonly tls?: TLSConfig | true;
}

/** How to reach the Temporal of the settings; the same for the client and for workers. */
export function connectionSettings(config: Config, address: string): ConnectionSettings {
  return {
    address,
    ...(config.temporalApiKey === undefined ? {} : { apiKey: config.temporalApiKey }),
    ...(isTemporalEncrypted(config) ? { tls: tlsOf(config) } : {}),
  };
}

function tlsOf(config: Config): TLSConfig | true {
  const {
    temporalTlsCa: ca,
    temporalTlsCert: crt,
    temporalTlsKey: key,
    temporalTlsServerName: name,
  } = config;
  const tls: TLSConfig = {
    ...(name === undefined ? {} : { serverNameOverride: name }),
    ...(ca === undefined ? {} : { serverRootCACertificate: Buffer.from(ca) }),
    ...(crt === undefined || key === undefined
      ? {}
      : { clientCertPair: { crt: Buffer.from(crt), key: Buffer.from(key) } }),
  };
  return Object.keys(tls).length === 0 ? true : tls;
}
