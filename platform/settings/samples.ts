import { everybody, secret } from './kinds.ts';
import { oneOf, text, url, wholeNumber } from './types.ts';

/** Where samples are stored. */
export const samplesSettings = {
  IMAGE_STORE: text
    .regex(
      /^(folder:.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/(?!\.+(\/|$))[\w.-]+)*\/?)$/,
      'folder:PATH or s3://BUCKET/PREFIX',
    )
    .optional()
    .describe(
      'Where sample images are stored: folder:PATH or s3://BUCKET/PREFIX (docs/operations.md). Default: folder:DATA_DIR/samples.',
    ),
  S3_ENDPOINT: url(/^https?:/, 'https://s3.example.com')
    .default('https://s3.amazonaws.com')
    .describe('Address of the object storage of IMAGE_STORE, without the bucket.'),
  S3_REGION: text.default('us-east-1').describe('Region of the bucket.'),
  S3_ADDRESSING: oneOf(['path', 'virtual'])
    .default('path')
    .describe(
      'How requests name the bucket: in the path, or as a virtual host before the name in S3_ENDPOINT. Amazon always gets virtual hosts.',
    ),
  S3_ACCESS_KEY: secret(text.optional(), everybody, 'Access key of the object storage.'),
  S3_SECRET_KEY: secret(text.optional(), everybody, 'Its secret key.'),
  S3_ROLE_ARN: text
    .optional()
    .describe('Role to assume with a web identity, instead of the keys; S3_TOKEN_FILE is then required.'),
  S3_TOKEN_FILE: text
    .optional()
    .describe(
      'File with the token of that identity, which the platform renews, such as that of a service account of Kubernetes.',
    ),
  S3_STS_ENDPOINT: url(/^https?:/, 'https://sts.example.com')
    .default('https://sts.amazonaws.com')
    .describe('Where that token is exchanged for keys.'),
  S3_CA: text
    .optional()
    .describe('PEM file of the certificate authority of S3_ENDPOINT, if the system does not trust it.'),
  S3_TIMEOUT_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe('Time limit of one request to the object storage, milliseconds.'),
  S3_RETRIES: wholeNumber(0, 20)
    .default(5)
    .describe(
      'How often a request is retried that the object storage throttles (SlowDown) or cannot answer, with growing, random pauses.',
    ),
  S3_CONNECTIONS: wholeNumber(1, 1_000)
    .default(32)
    .describe('Maximum connections of one process to the object storage.'),
} as const;
