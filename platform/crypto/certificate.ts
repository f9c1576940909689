import { createPrivateKey, X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Config } from '../config.ts';
import { weaknessOf } from './keyStrength.ts';
import type { Logger } from '../logger.ts';

const lookEveryMs = 5_000;

/** Authenticated encryption with keys that are of one connection alone; the server's order counts. */
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Certificate {
  /** What a server is made with. */
  readonly options: () => Pair & {
    readonly minVersion: 'TLSv1.2';
    readonly ciphers: string;
    readonly honorCipherOrder: true;
  };
  /** From now until it closes, the server has the newest one; connections that are open keep theirs. */
  keepNew(server: Server): void;
  close(): void;
}

/**
 * The certificate of TLS_CERT and TLS_KEY; undefined when they are not set. It is read again when either file changes. The
 * files are looked at and not their folders watched: that also finds what a link on the way leads to now, as in Kubernetes, and
 * what another machine has written. What cannot be used is logged, and the old one stays.
 * @throws ConfigError when it cannot be used at the start
 */
export async function openCertificate(
  { tlsCert, tlsKey }: Pick<Config, 'tlsCert' | 'tlsKey'>,
  log: Logger,
  everyMs = lookEveryMs,
): Promise<Certificate | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const read = async (): Promise<Pair> => ({ cert: await readFile(tlsCert), key: await readFile(tlsKey) });
  const servers = new Set<Server>();
  let current = await read()
    .then(checked)
    .catch((error: unknown) => {
      throw new ConfigError(
        [`TLS_CERT, TLS_KEY: ${error instanceof Error ? error.message : String(error)}`],
        { cause: error },
      );
    });
  const options = () => ({ ...current, minVersion: 'TLSv1.2', ciphers, honorCipherOrder: true }) as const;
  log.info(describe(current), 'the certificate was read');

  const reload = async (): Promise<void> => {
    try {
      const found = await read();
      if (found.cert.equals(current.cert) && found.key.equals(current.key)) return;
      current = checked(found);
      for (const server of servers) server.setSecureContext(options());
      log.info(describe(current), 'the certificate was replaced');
    } catch (error) {
      log.warn({ err: error, ...describe(current) }, 'the new certificate cannot be used; the old one stays');
    }
  };
  // One after the other, so that what was read first is not used last.
  let last = Promise.resolve();
  const onChange = (): void => {
    last = last.then(reload);
  };
  for (const file of [tlsCert, tlsKey]) watchFile(file, { interval: everyMs, persistent: false }, onChange);
  return {
    options,
    keepNew: (server) => {
      servers.add(server);
      server.once('close', () => servers.delete(server));
    },
    close: () => {
      for (const file of [tlsCert, tlsKey]) unwatchFile(file, onChange);
    },
  };
}

/** @throws when a server could not use it, or should not */
function checked(pair: Pair): Pair {
  createSecureContext(pair);
  const weakness = weaknessOf(createPrivateKey(pair.key));
  if (weakness !== null) throw new Error(`${weakness}: use EC P-256, or RSA of 3072 bits`);
  return pair;
}

function describe({ cert }: Pair) {
  const { subject, subjectAltName, validTo } = new X509Certificate(cert);
  return { subject, names: subjectAltName, validTo: new Date(validTo).toISOString() };
}
