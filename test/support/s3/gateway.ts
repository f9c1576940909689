import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'minio';
import { installGoProgram } from '../../../commands/system/goProgram.ts';
import { rememberedPort } from '../../../embedded/ports.ts';
import { runProgram } from '../../../embedded/runProgram.ts';
import { plainEnvironment } from '../../../platform/childEnvironment.ts';
import { createTestFolder } from '../folder.ts';
import { startKillableServer } from '../servers/killableServer.ts';
import { versitygw } from './programs.ts';

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

export interface GatewayOptions {
  /** A certificate for HTTPS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Buckets are names of hosts below it. */
  readonly virtualDomain?: string;
  /** Its buckets can be told to keep versions. */
  readonly canKeepVersions?: boolean;
}

const root = { accessKey: 'root-of-the-test', secretKey: 'the-secret-of-root' };

/** Who the service is: an account of the gateway that has the rights that the policy of the bucket gives it. */
export const serviceKeys = { accessKey: 'service', secretKey: 'the-secret-of-the-service' };

/** A real S3 server with a bucket of the service's; killed without warning, and started again at the same address. */
export async function startGateway({ tls, virtualDomain, canKeepVersions = false }: GatewayOptions = {}) {
  const program = await installGoProgram(versitygw);
  const folder = await createTestFolder('s3');
  const port = await rememberedPort(join(folder.path, 'port'));
  const objects = join(folder.path, 'buckets');
  const accounts = join(folder.path, 'accounts');
  const versions = join(folder.path, 'versions');
  await Promise.all([objects, accounts, versions].map((path) => mkdir(path)));
  const protocol = tls === undefined ? 'http' : 'https';
  const url = `${protocol}://127.0.0.1:${port}`;
  let running: Awaited<ReturnType<typeof startKillableServer>> | null = null;

  const start = async (): Promise<void> => {
    const args = [
      ...['--port', `127.0.0.1:${port}`, '--iam-dir', accounts, '--health', '/health', '--quiet'],
      ...(tls === undefined ? [] : ['--cert', tls.certFile, '--key', tls.keyFile]),
      ...(virtualDomain === undefined ? [] : ['--virtual-domain', virtualDomain]),
      ...['posix', '--dir-perms', '0700', '--file-perms', '0600'],
      ...(canKeepVersions ? ['--versioning-dir', versions] : []),
      objects,
    ];
    const env = { ...plainEnvironment(), ROOT_ACCESS_KEY: root.accessKey, ROOT_SECRET_KEY: root.secretKey };
    running = await startKillableServer([program, ...args], env, () => rootClient.bucketExists('any-bucket'));
  };

  const kill = async (): Promise<void> => {
    await running?.kill();
    running = null;
  };

  const rootClient = new Client({
    ...{ endPoint: '127.0.0.1', port, useSSL: tls !== undefined, region: 'us-east-1', ...root },
  });
  if (tls !== undefined) rootClient.setRequestOptions({ rejectUnauthorized: false });
  const admin = (...words: string[]) =>
    runProgram(program, [
      ...['admin', '--allow-insecure', '--endpoint-url', url],
      ...['--access', root.accessKey, '--secret', root.secretKey, ...words],
    ]);

  await start();
  const { accessKey, secretKey } = serviceKeys;
  await admin('create-user', '--access', accessKey, '--secret', secretKey, '--role', 'user');

  /** What the service may do in a bucket; the object of that name is not to be deleted. */
  const allow = (bucket: string, actions: readonly string[], isProtected?: string): Promise<void> => {
    const all = `arn:aws:s3:::${bucket}`;
    const statement = (Effect: 'Allow' | 'Deny', Action: string, Resource: string) => ({
      ...{ Effect, Principal: { AWS: [accessKey] }, Action: [Action], Resource: [Resource] },
    });
    const Statement = [
      ...actions.map((action) => statement('Allow', action, ofBucket.has(action) ? all : `${all}/*`)),
      ...(isProtected === undefined ? [] : [statement('Deny', 's3:DeleteObject', `${all}/${isProtected}`)]),
    ];
    return rootClient.setBucketPolicy(bucket, JSON.stringify({ Version: '2012-10-17', Statement }));
  };

  return {
    url,
    port,
    start,
    kill,
    /** Of the process that runs now. */
    pid: (): number => running?.pid ?? 0,
    allow,
    allowAll: (bucket: string, isProtected?: string): Promise<void> => allow(bucket, allActions, isProtected),
    /** An empty bucket that the service may use. */
    addBucket: async (bucket: string): Promise<void> => {
      await rootClient.makeBucket(bucket);
      await allow(bucket, allActions);
    },
    client: rootClient,
    folderOf: (bucket: string): string => join(objects, bucket),
    /** A bucket goes away, and comes back as it was. */
    hide: (bucket: string): Promise<void> =>
      rename(join(objects, bucket), join(folder.path, `hidden-${bucket}`)),
    show: (bucket: string): Promise<void> =>
      rename(join(folder.path, `hidden-${bucket}`), join(objects, bucket)),
    /** The settings with which the service uses a bucket of it. */
    settings: (place: string): Record<string, string> => ({
      ...{ IMAGE_STORE: `s3://${place}`, S3_ENDPOINT: url },
      ...{ S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey },
    }),
    stop: async (): Promise<void> => {
      await kill();
      await folder.remove();
    },
  };
}

const ofBucket = new Set(['s3:ListBucket', 's3:GetBucketVersioning']);
const allActions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', ...ofBucket];
