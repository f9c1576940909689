import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../../platform/config.ts';

/** Keys for a while, from a token that the platform puts into a file. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly tokenFile: string;
  readonly stsEndpoint: URL;
  /** How long the keys are asked to be good for. */
  readonly durationSeconds?: number;
}

export interface S3Settings {
  readonly bucket: string;
  /** Names begin with it, without a slash at its end; empty: there is none. */
  readonly prefix: string;
  readonly endpoint: URL;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly credentials: { readonly accessKey: string; readonly secretKey: string } | WebIdentity;
  /** PEM. */
  readonly authority?: string | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly connections: number;
  readonly firstPauseMs?: number;
}

export type S3Config = Pick<
  Config,
  | 's3Endpoint'
  | 's3Region'
  | 's3Addressing'
  | 's3AccessKey'
  | 's3SecretKey'
  | 's3RoleArn'
  | 's3TokenFile'
  | 's3StsEndpoint'
  | 's3Ca'
  | 's3TimeoutMs'
  | 's3Retries'
  | 's3Connections'
>;

/** @throws ConfigError when the keys are missing, or the file of an authority cannot be read */
export function s3SettingsOf(place: string, config: S3Config): S3Settings {
  const { bucket = '', prefix = '' } =
    /^s3:\/\/(?<bucket>[^/]+)\/?(?<prefix>.*?)\/?$/.exec(place)?.groups ?? {};
  return {
    ...{ bucket, prefix, endpoint: new URL(config.s3Endpoint), region: config.s3Region },
    ...{ pathStyle: config.s3Addressing === 'path', credentials: credentialsOf(config) },
    authority: config.s3Ca === undefined ? undefined : readAuthority(config.s3Ca),
    ...{ timeoutMs: config.s3TimeoutMs, retries: config.s3Retries, connections: config.s3Connections },
  };
}

function credentialsOf(config: S3Config): S3Settings['credentials'] {
  const {
    s3AccessKey: accessKey,
    s3SecretKey: secretKey,
    s3RoleArn: roleArn,
    s3TokenFile: tokenFile,
  } = config;
  if (roleArn !== undefined && tokenFile !== undefined) {
    return { roleArn, tokenFile, stsEndpoint: new URL(config.s3StsEndpoint) };
  }
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  throw new ConfigError([
    'S3_ACCESS_KEY and S3_SECRET_KEY, or S3_ROLE_ARN and S3_TOKEN_FILE: required with IMAGE_STORE=s3://…',
  ]);
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`S3_CA: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
