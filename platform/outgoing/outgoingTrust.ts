import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { ConfigError, type Config } from '../config.ts';

/** Node 22.19 and 24.5 have it; the types are older. */
const { setDefaultCACertificates } = tls as typeof tls & {
  readonly setDefaultCACertificates?: (certificates: readonly string[]) => void;
};

/**
 * From now on this process trusts only the authorities of OUTGOING_CA, wherever it opens a TLS connection and names no others:
 * webhooks, image origins, remote extractors, the OpenID provider. Without the setting it trusts the public ones.
 * @throws ConfigError when the file cannot be used
 */
export function limitOutgoingTrust({ outgoingCa }: Pick<Config, 'outgoingCa'>): void {
  if (outgoingCa === undefined) return;
  if (setDefaultCACertificates === undefined)
    throw new ConfigError(['OUTGOING_CA: needs Node 22.19 or newer']);
  try {
    const found = readFileSync(outgoingCa, 'utf8').match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    );
    if (found === null) throw new Error(`no certificate in ${outgoingCa}`);
    for (const pem of found)
      if (!new X509Certificate(pem).ca)
        throw new Error(`${outgoingCa} has a certificate that is not an authority's`);
    setDefaultCACertificates(found);
  } catch (error) {
    throw new ConfigError([`OUTGOING_CA: ${error instanceof Error ? error.message : String(error)}`], {
      cause: error,
    });
  }
}
