import { createHash } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from 'minio';
import { installGoProgram } from '../../../commands/system/goProgram.ts';
import { rememberedPort } from '../../../embedded/ports.ts';
import { plainEnvironment } from '../../../platform/childEnvironment.ts';
import type { MadeCertificate } from '../certificates.ts';
import { createTestFolder } from '../folder.ts';
import { oidcClient } from '../servers/oidcProvider.ts';
import { startKillableServer } from '../servers/killableServer.ts';
import { minio } from './programs.ts';

export type Minio = Awaited<ReturnType<typeof startMinio>>;

/** Whose tokens MinIO exchanges for keys. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** What all its tokens may do, by its role; without one, each token's claim `policy` says it. */
  readonly rolePolicy?: string;
}

export interface MinioOptions {
  readonly issuers?: readonly TrustedIssuer[];
  /** For HTTPS; the file of the authority that has signed it comes with it. */
  readonly tls?: MadeCertificate & { readonly authorityFile: string };
  /** Buckets are names of hosts below it too. */
  readonly domain?: string;
}

const accessKey = 'root-of-the-test';
const secretKey = 'the-secret-of-root';

/** A real MinIO, whose root is the service where it has keys; killed without warning, and started again at the same address. */
export async function startMinio({ issuers = [], tls, domain }: MinioOptions = {}) {
  const program = await installGoProgram(minio);
  const folder = await createTestFolder('minio');
  const port = await rememberedPort(join(folder.path, 'port'));
  const certificates = join(folder.path, 'certificates');
  await mkdir(certificates);
  if (tls !== undefined) {
    await copyFile(tls.certFile, join(certificates, 'public.crt'));
    await copyFile(tls.keyFile, join(certificates, 'private.key'));
  }
  const useSSL = tls !== undefined;
  const url = `${useSSL ? 'https' : 'http'}://127.0.0.1:${port}`;
  const client = new Client({
    ...{ endPoint: '127.0.0.1', port, useSSL, region: 'us-east-1', accessKey, secretKey },
    retryOptions: { disableRetry: true },
  });
  if (useSSL) client.setRequestOptions({ rejectUnauthorized: false });
  let running: Awaited<ReturnType<typeof startKillableServer>> | null = null;

  /** Of the server's own interface beside S3's. */
  const admin = async (method: string, action: string, query: string, body = ''): Promise<string> =>
    text(
      await client.makeRequestAsync(
        { method, bucketName: 'minio', objectName: `admin/v3/${action}`, query },
        body,
        [200, 204],
      ),
    );

  const start = async (): Promise<void> => {
    const args = ['--quiet', '--address', `127.0.0.1:${port}`, '--certs-dir', certificates];
    const env = {
      ...plainEnvironment(),
      ...{ HOME: folder.path, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey },
      ...{ MINIO_BROWSER: 'off', MINIO_UPDATE: 'off' },
      ...(domain === undefined ? {} : { MINIO_DOMAIN: domain }),
      ...Object.fromEntries(issuers.flatMap(settingsOf)),
    };
    running = await startKillableServer([program, 'server', ...args, join(folder.path, 'buckets')], env, () =>
      admin('GET', 'list-canned-policies', ''),
    );
  };

  const kill = async (): Promise<void> => {
    await running?.kill();
    running = null;
  };

  await start();
  return {
    url,
    port,
    client,
    start,
    kill,
    /** Whoever has this policy may do that in the bucket, and nothing else. */
    setPolicy: async (name: string, bucket: string, actions: readonly string[]): Promise<void> => {
      const all = `arn:aws:s3:::${bucket}`;
      const Statement = [{ Effect: 'Allow', Action: actions, Resource: [all, `${all}/*`] }];
      await admin(
        'PUT',
        'add-canned-policy',
        `name=${name}`,
        JSON.stringify({ Version: '2012-10-17', Statement }),
      );
    },
    /** Every key that was given for tokens of this issuer that name the service. */
    revoke: async (issuer: string): Promise<void> => {
      const user = createHash('sha256').update(`openid:${oidcClient.clientId}:${issuer}`).digest('base64url');
      await admin('POST', 'revoke-tokens/builtin', `fullRevoke=true&user=${user}`);
    },
    /** The settings with which the service uses a bucket of it, by root's keys. */
    settings: (place: string): Record<string, string> => ({
      ...{
        IMAGE_STORE: `s3://${place}`,
        S3_ENDPOINT: url,
        S3_ACCESS_KEY: accessKey,
        S3_SECRET_KEY: secretKey,
      },
      ...(tls === undefined ? {} : { S3_CA: tls.authorityFile }),
    }),
    stop: async (): Promise<void> => {
      await kill();
      await folder.remove();
    },
  };
}

function settingsOf({ issuer, audience, rolePolicy = '' }: TrustedIssuer, index: number): [string, string][] {
  const name = (setting: string): string =>
    `MINIO_IDENTITY_OPENID_${setting}${index === 0 ? '' : `_ISSUER${index}`}`;
  return [
    [name('CONFIG_URL'), `${issuer}/.well-known/openid-configuration`],
    [name('CLIENT_ID'), audience],
    [name('ROLE_POLICY'), rolePolicy],
  ];
}
