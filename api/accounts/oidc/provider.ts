import { createRemoteJWKSet, errors as joseErrors, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { isStrongLogin, type Claims, type StrengthRules } from '../../../domain/accounts/claims.ts';
import { DomainError } from '../../../domain/errors.ts';
import { isLoopback } from '../../../platform/config.ts';
import { createRecent } from '../../../platform/recent.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  readonly strength: StrengthRules;
  /** Seconds since the log-in there; null: as the provider likes. */
  readonly maxAge: number | null;
  /** Whether log-out tokens may lack their type. */
  readonly isUntypedLogout: boolean;
  /** Whether the id of a log-out token is used for the first time. */
  useOnce(tokenId: string): Promise<boolean>;
}

/** What a log-in that has begun must be completed with. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** How many seconds before the browser was sent there the log-in may have been; null: any. */
  readonly maxAge: number | null;
}

export interface CompletedLogin {
  readonly claims: Claims;
  readonly subject: string;
  readonly sid: string | null;
  /** Whether a second factor was asked for there, as OIDC_ACR and OIDC_AMR say. */
  readonly isStrong: boolean;
  /** When whoever it is has last logged in there, milliseconds since 1970; null: it does not say. */
  readonly authTime: number | null;
  /** For the log-out there. */
  readonly idToken: string;
}

export type OidcProvider = ReturnType<typeof createOidcProvider>;

const discoveredForMs = 60 * 60_000;
const timeoutSeconds = 8;
// With an unknown key they are asked for again, at most once a second: anybody may send a log-out token.
const keysOptions = { timeoutDuration: timeoutSeconds * 1_000, cooldownDuration: 1_000 };
// Never a shared secret's: with the public key as the secret anybody could sign.
// RS256 is an exception (docs/security.md): providers have to have it, and many have nothing else.
const algorithms = ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256'];
const logoutType = 'logout+jwt';
const backchannelEvent = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * The OpenID provider: authorization code flow with PKCE (OpenID Connect Core 1.0), log-outs by either side (RP-Initiated
 * and Back-Channel Logout 1.0). It is asked for its addresses and keys when they are first needed: the service starts
 * without it.
 */
export function createOidcProvider(settings: OidcSettings) {
  const discover = createRecent(async () => {
    const url = new URL(settings.issuer);
    // Elsewhere it is refused by the settings; on this machine nobody is in between.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only in order to stand out
    const plain = openid.allowInsecureRequests;
    const insecure = url.protocol === 'http:' && isLoopback(url.hostname) ? [plain] : [];
    const config = await openid.discovery(url, settings.clientId, settings.clientSecret, undefined, {
      execute: insecure,
      timeout: timeoutSeconds,
    });
    const { jwks_uri: keys } = config.serverMetadata();
    if (keys === undefined) throw new Error('the provider names no keys');
    return { config, keys: createRemoteJWKSet(new URL(keys), keysOptions) };
  }, discoveredForMs);

  const reach = () =>
    discover().catch((error: unknown) => {
      throw new DomainError('singleSignOnUnavailable', 'the provider does not answer', { cause: error });
    });

  return {
    /** Where the browser is sent. `again`: whoever it is has to log in there once more. */
    begin: async (
      redirectUri: string,
      again = false,
    ): Promise<{ readonly url: URL; readonly checks: OidcChecks }> => {
      const { config } = await reach();
      const checks = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
        maxAge: again ? 0 : settings.maxAge,
      };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        ...(settings.strength.acr.length === 0 ? {} : { acr_values: settings.strength.acr.join(' ') }),
        ...(checks.maxAge === null ? {} : { max_age: String(checks.maxAge) }),
        ...(again ? { prompt: 'login' } : {}),
      });
      return { url, checks };
    },

    /**
     * `address`: what the browser came back to, so many seconds after it was sent there.
     * @throws DomainError singleSignOnRefused | singleSignOnUnavailable
     */
    complete: async (
      address: URL,
      { state, nonce, verifier, maxAge }: OidcChecks,
      seconds: number,
    ): Promise<CompletedLogin> => {
      const { config, keys } = await reach();
      const tokens = await openid
        .authorizationCodeGrant(config, address, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(maxAge === null ? {} : { maxAge: maxAge + Math.ceil(seconds) }),
        })
        .catch((error: unknown) => refuse(error, 'singleSignOnRefused'));
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined)
        throw new DomainError('singleSignOnRefused', 'the provider sent no ID token');
      // The token came over TLS, so that the standard does not ask for its signature; whoever is in between all the same
      // (a proxy that ends TLS) must not be able to make one.
      await jwtVerify(tokens.id_token, keys, {
        algorithms,
        audience: settings.clientId,
        clockTolerance: 30,
      }).catch((error: unknown) => refuse(error, 'singleSignOnRefused'));
      const { sub, sid, auth_time: authTime } = claims;
      return {
        ...{ claims, subject: sub, idToken: tokens.id_token },
        sid: typeof sid === 'string' ? sid : null,
        isStrong: isStrongLogin(claims, settings.strength),
        authTime: typeof authTime === 'number' ? authTime * 1_000 : null,
      };
    },

    /** Where the browser ends its log-in there; null: the provider has no such address, or cannot be asked. */
    endSessionUrl: async (idToken: string, returnTo: string): Promise<URL | null> => {
      const known = await discover().catch(() => null);
      if (known?.config.serverMetadata().end_session_endpoint === undefined) return null;
      return openid.buildEndSessionUrl(known.config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnTo,
      });
    },

    /** Whose log-in the provider says has ended. @throws DomainError singleSignOnRefused | singleSignOnUnavailable */
    readLogoutToken: async (token: string): Promise<{ readonly subject?: string; readonly sid?: string }> => {
      const { keys } = await reach();
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms,
        issuer: settings.issuer,
        audience: settings.clientId,
        requiredClaims: ['iat', 'jti', 'events'],
        maxTokenAge: '2 minutes',
        clockTolerance: 30,
      }).catch((error: unknown) => refuse(error, 'badLogoutToken'));
      if (!settings.isUntypedLogout && !isOfType(protectedHeader.typ, logoutType))
        throw new DomainError('badLogoutToken', `its type is not ${logoutType}`);
      const { sub, sid, nonce, events, jti } = payload;
      const isLogout = typeof events === 'object' && events !== null && backchannelEvent in events;
      // A token with a nonce is an ID token, which could be replayed here.
      if (!isLogout || nonce !== undefined)
        throw new DomainError('badLogoutToken', 'this is no log-out token');
      if (sub === undefined && typeof sid !== 'string')
        throw new DomainError('badLogoutToken', 'it names neither a subject nor a session');
      if (!(await settings.useOnce(String(jti))))
        throw new DomainError('badLogoutToken', 'it has been used before');
      return { ...(sub === undefined ? {} : { subject: sub }), ...(typeof sid === 'string' ? { sid } : {}) };
    },
  };
}

/** Of a token's header, which may leave out that it is of an application. */
function isOfType(given: string | undefined, expected: string): boolean {
  return given?.toLowerCase().replace(/^application\//, '') === expected;
}

/** The provider's own words may hold anything; whoever watches the log finds them there. */
function refuse(error: unknown, name: 'singleSignOnRefused' | 'badLogoutToken'): never {
  const isOffline =
    (error instanceof TypeError && error.message === 'fetch failed') ||
    (error instanceof DOMException && error.name === 'TimeoutError') ||
    error instanceof joseErrors.JWKSTimeout;
  if (isOffline)
    throw new DomainError('singleSignOnUnavailable', 'the provider does not answer', { cause: error });
  throw new DomainError(name, 'what the provider sent is not valid', { cause: error });
}
