import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { urlToHttpOptions } from 'node:url';
import type { IncomingMessage } from 'node:http';
import { XMLParser } from 'fast-xml-parser';
import { CredentialProvider } from 'minio/dist/esm/CredentialProvider.mjs';
import { Credentials } from 'minio/dist/esm/Credentials.mjs';
import type { ClientOptions } from 'minio';
import type { WebIdentity } from './s3Settings.ts';
import type { Transport } from './transport.ts';
import { CredentialsError, isOfKeys } from './trouble.ts';

// Renewed this long before they end, and used until they end when that fails.
const renewedBeforeMs = 300_000;

// A bucket that knows none of the keys makes no more work for whoever gives them.
const renewedAtMostEveryMs = 10_000;

interface Answer {
  readonly AssumeRoleWithWebIdentityResponse?: {
    readonly AssumeRoleWithWebIdentityResult?: {
      readonly Credentials?: {
        readonly AccessKeyId?: string;
        readonly SecretAccessKey?: string;
        readonly SessionToken?: string;
        readonly Expiration?: string;
      };
    };
  };
  readonly ErrorResponse?: { readonly Error?: { readonly Code?: string; readonly Message?: string } };
}

/**
 * Keys for a while, for the token of a file, which is read again each time, because it is renewed too. minio has two such
 * providers: one asks Amazon alone, the other keeps the first token and understands only answers to AssumeRole.
 */
export function createWebIdentity(
  { roleArn, tokenFile, stsEndpoint, durationSeconds = 3_600 }: WebIdentity,
  { request, agent }: Pick<Transport, 'request' | 'agent'>,
) {
  const parser = new XMLParser({ parseTagValue: false, htmlEntities: true });
  let known: { readonly keys: Credentials; readonly givenAt: number; readonly endsAt: number } | null = null;
  let asking: Promise<Credentials> | null = null;

  const ask = async (): Promise<Credentials> => {
    const form = new URLSearchParams({
      ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: roleArn },
      ...{ RoleSessionName: 'luna-admin', DurationSeconds: String(durationSeconds) },
      WebIdentityToken: (await readFile(tokenFile, 'utf8')).trim(),
    }).toString();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        ...urlToHttpOptions(stsEndpoint),
        ...{ method: 'POST', agent },
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(form),
        },
      };
      request(options, resolve).on('error', reject).end(form);
    });
    const body = parser.parse(await text(answer)) as Answer;
    const found = body.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult?.Credentials;
    const endsAt = Date.parse(found?.Expiration ?? '');
    if (found?.AccessKeyId === undefined || found.SecretAccessKey === undefined || Number.isNaN(endsAt)) {
      const { Code = `status ${answer.statusCode ?? 0}`, Message = '' } = body.ErrorResponse?.Error ?? {};
      throw new CredentialsError(Code, Message.slice(0, 300));
    }
    const keys = new Credentials({
      ...{ accessKey: found.AccessKeyId, secretKey: found.SecretAccessKey },
      ...(found.SessionToken === undefined ? {} : { sessionToken: found.SessionToken }),
    });
    known = { keys, givenAt: Date.now(), endsAt };
    return keys;
  };

  const provider = Object.assign(new CredentialProvider({ accessKey: '', secretKey: '' }), {
    getCredentials: async (): Promise<Credentials> => {
      const now = Date.now();
      if (known !== null && known.endsAt - now > renewedBeforeMs) return known.keys;
      asking ??= ask().finally(() => (asking = null));
      try {
        return await asking;
      } catch (error) {
        if (known !== null && known.endsAt > now) return known.keys;
        throw error;
      }
    },
  });
  return {
    keys: {
      // The same class, declared once for each kind of module.
      credentialsProvider: provider as unknown as NonNullable<ClientOptions['credentialsProvider']>,
    },

    /** Done once more, with new keys, when the bucket does not know those that were used any more: they were revoked. */
    withKeys: async <Found>(work: () => Promise<Found>): Promise<Found> => {
      const used = known;
      try {
        return await work();
      } catch (error) {
        if (used === null || !isOfKeys(error)) throw error;
        if (known === used && Date.now() - used.givenAt < renewedAtMostEveryMs) throw error;
        // Others may have noticed before.
        if (known === used) known = null;
        return work();
      }
    },
  };
}
