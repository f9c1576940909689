import type { TLSConfig } from '@temporalio/client';
import type { Config } from '../platform/config.ts';

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
    ...(isTls(config) ? { tls: tlsOf(config) } : {}),
  };
}

/** Whoever has given a certificate or a key does not mean to send it, or anything, in the clear. */
function isTls(config: Config): boolean {
  const { temporalTlsCa, temporalTlsCert, temporalTlsKey, temporalTlsServerName, temporalApiKey } = config;
  const given = [temporalTlsCa, temporalTlsCert, temporalTlsKey, temporalTlsServerName, temporalApiKey];
  return config.temporalTls || given.some((each) => each !== undefined);
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
