import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import { closeServer } from './closeServer.ts';

/** What is wrong with the next ID token. */
export type TokenFault =
  | 'none'
  | 'audience'
  | 'issuer'
  | 'nonce'
  | 'expired'
  | 'unsigned'
  | 'foreign key'
  | 'no token'
  | 'subject'
  | 'algorithm'
  | 'offline';

/**
 * An OpenID provider that errs on request, which no real one does. It asks nobody anything: whoever is sent to it is
 * sent back with a code.
 */
export async function startFaultyIssuer(claims: JWTPayload) {
  let fault: TokenFault = 'none';
  let more: JWTPayload = {};
  const asked: URLSearchParams[] = [];
  let key = await newKey('first');
  const nonces = new Map<string, string>();
  const server = createServer((req, res) => {
    void answer(req.url ?? '/', req).then(({ status = 200, body, headers = {} }) => {
      res
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body ?? {}));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const signed = async (payload: JWTPayload, typ?: string): Promise<string> => {
    if (fault === 'unsigned') return new UnsecuredJWT(payload).encode();
    const by = fault === 'foreign key' ? await newKey(key.kid) : key;
    const alg = fault === 'algorithm' ? 'RS512' : 'RS256';
    const header = { alg, kid: by.kid, ...(typ === undefined ? {} : { typ }) };
    const privateKey = await importJWK(await exportJWK(by.privateKey), alg);
    return new SignJWT(payload).setProtectedHeader(header).sign(privateKey);
  };

  const idToken = (nonce: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    return signed({
      ...claims,
      ...more,
      iss: fault === 'issuer' ? 'http://127.0.0.1:1' : issuer,
      aud: fault === 'audience' ? 'another client' : 'luna-admin',
      nonce: fault === 'nonce' ? 'another' : nonce,
      iat: now - 7_200,
      exp: fault === 'expired' ? now - 3_600 : now + 300,
      ...(fault === 'subject' ? { sub: '' } : {}),
    });
  };

  async function answer(
    path: string,
    req: AsyncIterable<Buffer>,
  ): Promise<{ status?: number; body?: object; headers?: Record<string, string> }> {
    const { pathname, searchParams } = new URL(path, issuer);
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return {
          body: {
            ...{ issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token` },
            authorization_endpoint: `${issuer}/authorize`,
            ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
            id_token_signing_alg_values_supported: ['RS256', 'RS512'],
          },
        };
      case '/keys':
        return {
          body: { keys: [{ ...(await exportJWK(key.publicKey)), kid: key.kid, use: 'sig' }] },
        };
      case '/authorize': {
        const code = `code-${nonces.size}`;
        asked.push(searchParams);
        nonces.set(code, searchParams.get('nonce') ?? '');
        const back = new URL(searchParams.get('redirect_uri') ?? '');
        back.searchParams.set('code', code);
        back.searchParams.set('state', searchParams.get('state') ?? '');
        return { status: 302, headers: { location: back.href } };
      }
      case '/token': {
        const code = new URLSearchParams(await text(req as never)).get('code') ?? '';
        const token = fault === 'no token' ? {} : { id_token: await idToken(nonces.get(code) ?? '') };
        return { body: { access_token: 'x', token_type: 'Bearer', expires_in: 60, ...token } };
      }
      default:
        return { status: 404 };
    }
  }

  return {
    issuer,
    setFault: (next: TokenFault): void => {
      fault = next;
    },
    /** What the next ID tokens say beside the claims. */
    setMore: (claimsToo: JWTPayload): void => {
      more = claimsToo;
    },
    /** What browsers were sent to it with, the last one at the end. */
    asked,
    /** The keys of before are gone. */
    rotateKeys: async (): Promise<void> => {
      key = await newKey('second');
    },
    sign: signed,
    close: (): Promise<void> => closeServer(server),
  };
}

async function newKey(kid: string): Promise<{ kid: string; publicKey: CryptoKey; privateKey: CryptoKey }> {
  return { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
}
