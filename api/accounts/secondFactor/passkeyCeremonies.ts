import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  type RegistrationResponseJSON,
  type VerifiedRegistrationResponse,
} from '@simplewebauthn/server';
import type { Request } from 'express';
import { isIP } from 'node:net';
import { hostnameOf } from '../../http/requestContext.ts';
import { settle } from '../auth/sessionCookie.ts';
import type { PasskeyRow } from '../../../db/accounts/passkeys.ts';
import type { Stores } from '../../../db/stores.ts';
import type { Account } from '../../../domain/accounts/account.ts';

declare module 'express-session' {
  interface SessionData {
    /** What the next passkey has to sign; used once. */
    passkeyChallenge: string;
    /** The same for one that is to be registered: meanwhile a known one may have to confirm it. */
    newPasskeyChallenge: string;
  }
}

type ChallengeName = 'passkeyChallenge' | 'newPasskeyChallenge';

// EdDSA, ES256 and, for older devices with Windows Hello, which know nothing else, RS256 (docs/security.md).
const algorithms = [-8, -7, -257];

interface PasskeysDeps {
  readonly passkeys: Stores['passkeys'];
  /** null: the host of the request. */
  readonly domain: string | null;
}

export type PasskeyCeremonies = ReturnType<typeof createPasskeyCeremonies>;

/** Registering a passkey and proving to have one. Each challenge is of one session, for one answer. */
export function createPasskeyCeremonies({ passkeys, domain }: PasskeysDeps) {
  const rpIdOf = (req: Request): string => domain ?? hostnameOf(req);

  /** Behind a proxy that ends TLS the scheme differs; a browser only lets HTTPS and localhost get here. */
  const expectedOf = (req: Request, name: ChallengeName) => {
    const host = req.get('Host') ?? '';
    const { [name]: expectedChallenge = '' } = req.session;
    req.session[name] = '';
    return {
      expectedChallenge: (challenge: string) => expectedChallenge !== '' && challenge === expectedChallenge,
      expectedOrigin: [`https://${host}`, `http://${host}`],
      expectedRPID: rpIdOf(req),
      requireUserVerification: true,
    };
  };

  const prove = async (
    req: Request,
    row: PasskeyRow,
    response: AuthenticationResponseJSON,
  ): Promise<boolean> => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...{ response, ...expectedOf(req, 'passkeyChallenge') },
      credential: {
        id: row.passkeyId,
        publicKey: new Uint8Array(row.publicKey),
        counter: row.signCount,
        transports: [...row.transports] as AuthenticatorTransport[],
      },
    });
    return verified && (await passkeys.use(row.passkeyId, authenticationInfo.newCounter));
  };

  return {
    /** Browsers have none where a page is reached by a bare address. */
    isPossible: (req: Request): boolean => isIP(rpIdOf(req)) === 0,

    /** As JSON, for the script of the page; puts the challenge into the session. */
    registration: async (req: Request, { accountId, login }: Account): Promise<string> => {
      const known = await passkeys.ofAccount(accountId);
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Luna Admin', rpID: rpIdOf(req), userName: login, attestationType: 'none' },
        userID: new Uint8Array(Buffer.from(accountId.replaceAll('-', ''), 'hex')),
        supportedAlgorithmIDs: algorithms,
        excludeCredentials: known.map(({ passkeyId: id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await keep(req, 'newPasskeyChallenge', options.challenge);
      return JSON.stringify(options);
    },

    /** null: what the browser sent is no passkey that was made for this challenge. */
    register: async (req: Request, answer: string) => {
      const { registrationInfo }: Partial<VerifiedRegistrationResponse> = await verifyRegistrationResponse({
        ...{ response: read<RegistrationResponseJSON>(answer), ...expectedOf(req, 'newPasskeyChallenge') },
        supportedAlgorithmIDs: algorithms,
      }).catch(notVerified);
      // Only of one that is verified.
      if (registrationInfo === undefined) return null;
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
      return { passkeyId: id, publicKey: Buffer.from(publicKey), signCount: counter, transports };
    },

    /** For a passkey of this account, or of any; puts the challenge into the session. */
    authentication: async (req: Request, accountId: string | null): Promise<string> => {
      const known = accountId === null ? [] : await passkeys.ofAccount(accountId);
      const options = await generateAuthenticationOptions({
        ...{ rpID: rpIdOf(req), userVerification: 'required' },
        allowCredentials: known.map(({ passkeyId: id }) => ({ id })),
      });
      await keep(req, 'passkeyChallenge', options.challenge);
      return JSON.stringify(options);
    },

    /** Whose passkey it is; null: it is unknown, of another account than this one, or did not sign the challenge. */
    authenticate: async (req: Request, answer: string, accountId: string | null): Promise<string | null> => {
      const response = read<AuthenticationResponseJSON>(answer);
      const row = await passkeys.find(idOf(answer));
      if (row === null || (accountId !== null && row.accountId !== accountId)) {
        delete req.session.passkeyChallenge;
        return null;
      }
      return (await prove(req, row, response).catch(() => false)) ? row.accountId : null;
    },
  };
}

/** Before the page is out: a quick browser would come back to a session without it. */
async function keep(req: Request, name: ChallengeName, challenge: string): Promise<void> {
  req.session[name] = challenge;
  await settle((done) => req.session.save(done));
}

/** What the browser says that the passkey is called; empty: it says nothing of the kind. */
export function idOf(answer: string): string {
  const { id } = read<{ id?: unknown }>(answer);
  return typeof id === 'string' ? id : '';
}

/** Every field is checked where it is verified. */
// The caller names what the library checks.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function read<T>(answer: string): T {
  try {
    const value: unknown = JSON.parse(answer);
    return (typeof value === 'object' && value !== null ? value : {}) as T;
  } catch {
    return {} as T;
  }
}

const notVerified = (): Partial<VerifiedRegistrationResponse> => ({});
