import { buffer } from 'node:stream/consumers';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { Client } from 'minio';
import { type Place, StoreAwayError } from '../imageStore.ts';
import { deletedAtOnce, deleteObjects, type DeletedObjects } from './deleteObjects.ts';
import type { S3Settings } from './s3Settings.ts';
import { createTransport } from './transport.ts';
import { BusyError, isOfKeys, isPassing, isPassingCode, s3CodeOf, troubleOf, wordsOf } from './trouble.ts';
import { createWebIdentity } from './webIdentity.ts';

export type Bucket = ReturnType<typeof openBucket>;

export interface ListedObject {
  readonly name: string;
  readonly size: number;
  readonly modified: Date;
}

const longestPauseMs = 5_000;

/**
 * Objects of a bucket by their names. What may pass is tried again, with jitter; each method rejects with StoreAwayError
 * for anything else but what is said of it.
 */
export function openBucket({ bucket, prefix, ...settings }: S3Settings) {
  const place: Place = { kind: 'bucket', name: `s3://${[bucket, prefix].filter(Boolean).join('/')}` };
  const { endpoint, credentials, retries, firstPauseMs = 100 } = settings;
  const isSecure = endpoint.protocol === 'https:';
  const transport = createTransport({ ...settings, isSecure });
  // Another server, perhaps; asked once an hour.
  const { keys, withKeys } =
    'roleArn' in credentials
      ? createWebIdentity(
          credentials,
          createTransport({
            ...settings,
            connections: 1,
            isSecure: credentials.stsEndpoint.protocol === 'https:',
          }),
        )
      : { keys: credentials, withKeys: <Found>(work: () => Promise<Found>) => work() };
  const client = new Client({
    endPoint: endpoint.hostname.replace(/^\[|\]$/g, ''),
    ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
    ...{ useSSL: isSecure, region: settings.region, pathStyle: settings.pathStyle },
    // It calls only `request` of it.
    ...{
      transport: transport as never,
      transportAgent: transport.agent,
      retryOptions: { disableRetry: true },
    },
    ...keys,
  });
  const again = retry(handleWhen(isPassing), {
    maxAttempts: retries,
    backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
  });

  // For whoever asks only whether the bucket can be used, and wants to know why not rather than wait.
  const briefly = retry(handleWhen(isPassing), {
    maxAttempts: Math.min(2, retries),
    backoff: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: 500 }),
  });

  const away = (error: unknown): StoreAwayError =>
    error instanceof StoreAwayError
      ? error
      : new StoreAwayError(place, troubleOf(error, transport.lastAnswered()), {
          ...{ cause: error, words: wordsOf(error) },
        });

  const ask = async <Found>(work: () => Promise<Found>, policy = again): Promise<Found> => {
    try {
      return await policy.execute(() => withKeys(work));
    } catch (error) {
      throw away(error);
    }
  };

  /** Codes that speak of one object alone, or may. */
  const ofOneObject = (error: unknown): string | null => {
    const code = s3CodeOf(error);
    return code === 'NoSuchKey' || code === 'AccessDenied' || code === 'InvalidObjectState' ? code : null;
  };

  return {
    place,

    put: (name: string, bytes: Uint8Array, type = 'image/jpeg'): Promise<void> =>
      ask(async () => {
        const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        await client.putObject(bucket, name, whole, whole.length, { 'Content-Type': type });
      }),

    /** Null with the code that S3 gives of this object alone: NoSuchKey, or AccessDenied, which may mean more. */
    get: (name: string, { isBrief = false } = {}): Promise<Buffer | { readonly code: string }> =>
      ask(
        async () => {
          try {
            return await buffer(await client.getObject(bucket, name));
          } catch (error) {
            const code = ofOneObject(error);
            if (code === null) throw error;
            return { code };
          }
        },
        isBrief ? briefly : again,
      ),

    /** At most `deletedAtOnce`; those that may go in a moment are tried again. `away`: why nothing is known of the others. */
    delete: async (
      names: readonly string[],
    ): Promise<DeletedObjects & { readonly away: StoreAwayError | null }> => {
      let left = names;
      const deleted: string[] = [];
      const refused = new Map<string, string>();
      const deleteSome = async (): Promise<void> => {
        const answer = await deleteObjects(client, bucket, left);
        deleted.push(...answer.deleted);
        for (const [name, code] of answer.refused) if (!isPassingCode(code)) refused.set(name, code);
        const settled = new Set([...answer.deleted, ...refused.keys()]);
        left = left.filter((name) => !settled.has(name));
        const [first] = left;
        if (first !== undefined) throw new BusyError(200, answer.refused.get(first) ?? null);
      };
      const failure = await ask(deleteSome).then(() => null, away);
      return { deleted, refused, away: failure };
    },

    /** Also when it keeps no new ones any more: those of before are there. Null: it has no such thing, or must not say. */
    keepsVersions: (): Promise<boolean | null> =>
      ask(async () => {
        try {
          const { Status } = (await client.getBucketVersioning(bucket)) as { readonly Status?: string };
          return Status === 'Enabled' || Status === 'Suspended';
        } catch (error) {
          if (isPassing(error) || isOfKeys(error) || s3CodeOf(error) === null) throw error;
          return null;
        }
      }, briefly),

    /** Of names that begin with `start`, in the order of their bytes. */
    list: async function* (start: string): AsyncGenerator<ListedObject> {
      let token = '';
      do {
        const page = await ask(() => client.listObjectsV2Query(bucket, start, token, '', deletedAtOnce, ''));
        for (const { name, size, lastModified } of page.objects) {
          if (name !== undefined) yield { name, size, modified: lastModified };
        }
        token = page.isTruncated ? page.nextContinuationToken : '';
      } while (token !== '');
    },
  };
}
