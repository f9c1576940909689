import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { closeServer } from '../servers/closeServer.ts';
import { freePort, oidcClient } from '../servers/oidcProvider.ts';

/** A real OpenID provider that gives the service itself a token, as a platform gives its programs; it signs with a key of its own. */
export async function startTokenIssuer() {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  let claims: Record<string, string> = {};
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        ...{
          client_id: oidcClient.clientId,
          client_secret: oidcClient.clientSecret,
          grant_types: ['client_credentials'],
        },
        ...{ redirect_uris: [], response_types: [] },
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig' }] },
    ttl: { ClientCredentials: 600 },
    cookies: { keys: ['a key of the tests'] },
    extraTokenClaims: () => claims,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          ...{
            scope: '',
            audience: resource.replace(/^urn:/, ''),
            accessTokenFormat: 'jwt',
          },
        }),
      },
    },
  });
  const server: Server = provider.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    issuer,
    /** Ten minutes of it. */
    tokenFor: async (audience: string, moreClaims: Record<string, string> = {}): Promise<string> => {
      claims = moreClaims;
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${oidcClient.clientId}:${encodeURIComponent(oidcClient.clientSecret)}`)}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${audience}` }),
      });
      const body = (await answer.json()) as { readonly access_token?: string };
      if (body.access_token === undefined) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
    close: (): Promise<void> => closeServer(server),
  };
}
