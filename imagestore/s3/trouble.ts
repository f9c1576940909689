import { S3Error } from 'minio';

/** An answer of a server that may answer otherwise in a moment. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly status: number;
  /** In S3's words; null: of something in front of it. */
  readonly code: string | null;

  constructor(status: number, code: string | null) {
    super(`${code ?? 'no code'} (${status})`);
    this.status = status;
    this.code = code;
  }
}

/** No keys for a token: the code that the server of keys answers, and its words, which may name roles and policies. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly code: string;
  readonly words: string;

  constructor(code: string, words: string) {
    super(`${code}: ${words}`);
    this.code = code;
    this.words = words;
  }
}

// Of a connection, and of names: another try may find it otherwise.
const ofTheNetwork = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ENOTFOUND', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_EOF_STATE'],
]);

/** Codes that S3 answers, also of one key among many, when the same request may succeed in a moment. */
const passing = new Set([
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'OperationAborted',
]);

const ofKeys = new Set(['InvalidAccessKeyId', 'ExpiredToken', 'InvalidToken', 'InvalidTokenId']);

export function isPassingCode(code: string): boolean {
  return passing.has(code);
}

/** Whether another try is worth while. */
export function isPassing(wrapped: unknown): boolean {
  const error = unwrap(wrapped);
  if (error instanceof BusyError) return true;
  if (error instanceof S3Error) return passing.has(error.code ?? '');
  return error instanceof Error && 'code' in error && ofTheNetwork.has(String(error.code));
}

/** Of keys that the server does not know, or not any more; MinIO says it in two ways, Amazon in others. */
export function isOfKeys(error: unknown): boolean {
  return ofKeys.has(s3CodeOf(error) ?? '');
}

/** What the server of keys says of a token beside its code, which is the same for most of what is wrong with it. */
export function wordsOf(wrapped: unknown): string {
  const error = unwrap(wrapped);
  return error instanceof CredentialsError ? error.words : '';
}

/** In S3's words; null: of something else. */
export function s3CodeOf(error: unknown): string | null {
  return error instanceof S3Error ? (error.code ?? null) : null;
}

interface Facts {
  readonly region?: string;
  readonly servertime?: string | undefined;
  readonly amzBucketRegion?: string;
}

const sentences: Readonly<Record<string, (facts: Facts) => string>> = {
  NoSuchBucket: () => 'does not exist',
  AccessDenied: () => 'refuses access: the key has no right to do this',
  AllAccessDisabled: () => 'refuses access',
  InvalidAccessKeyId: () => 'does not know the access key',
  SignatureDoesNotMatch: () => 'refuses the signature: the secret key is wrong',
  ExpiredToken: () => 'refuses the session token, which has expired',
  InvalidToken: () => 'refuses the session token',
  InvalidTokenId: () => 'refuses the session token',
  RequestTimeTooSkewed: ({ servertime }) => `refuses the time of requests: ${skew(servertime)}`,
  AuthorizationHeaderMalformed: wrongRegion,
  IncorrectEndpoint: wrongRegion,
  PermanentRedirect: wrongRegion,
  MovedPermanently: wrongRegion,
};

/**
 * What is the matter with a bucket, as the rest of a sentence, with the code that it answered. `answered`: when it did, by
 * its clock, which MinIO says in the header alone.
 */
export function troubleOf(wrapped: unknown, answered?: string): string {
  const error = unwrap(wrapped);
  if (error instanceof CredentialsError) {
    return `cannot be used: S3_STS_ENDPOINT gives no keys for the token (${error.code})`;
  }
  const code = s3CodeOf(error);
  if (code !== null) {
    const facts: Facts = Object.assign({ servertime: answered }, error);
    return `${sentences[code]?.(facts) ?? 'cannot be used'} (${code})`;
  }
  if (error instanceof BusyError) {
    const what = error.code === 'SlowDown' ? 'asks for fewer requests' : 'cannot answer';
    return `${what} (${error.code ?? error.status})`;
  }
  if (error instanceof Error && 'code' in error) {
    const isLate = error.code === 'ABORT_ERR';
    return isLate ? 'does not answer in time (S3_TIMEOUT_MS)' : `cannot be reached (${String(error.code)})`;
  }
  return `cannot be used (${error instanceof Error ? error.message : String(error)})`;
}

function wrongRegion({ region, amzBucketRegion }: Facts): string {
  const right = region ?? amzBucketRegion;
  return right === undefined
    ? 'is in another region than S3_REGION'
    : `is in the region ${right}, not in S3_REGION`;
}

function skew(serverTime: string | undefined): string {
  const ms = Date.parse(serverTime ?? '') - Date.now();
  if (Number.isNaN(ms)) return 'the clock of this machine is wrong';
  return `the clock of this machine is ${Math.round(Math.abs(ms) / 1_000)} s ${ms > 0 ? 'behind' : 'ahead'}`;
}

/** What minio says of keys that a provider does not give is a text around the provider's own error. */
function unwrap(error: unknown): unknown {
  return error instanceof Error &&
    error.message.startsWith('Unable to get credentials') &&
    error.cause !== undefined
    ? error.cause
    : error;
}
