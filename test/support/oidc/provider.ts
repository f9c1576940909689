import { readFileSync } from 'node:fs';
import { Provider, type Configuration } from 'oidc-provider';

/** A certified OpenID provider as a process of its own: logs in whoever gives any password, with claims by login. */
const port = Number(process.env['OIDC_PORT']);
const issuer = `http://127.0.0.1:${port}`;
const backchannel = process.env['OIDC_BACKCHANNEL'];

/** Who is in which groups, as the tests have written it; read anew at each log-in. */
function groupsOf(sub: string): readonly string[] {
  const groups = JSON.parse(readFileSync(String(process.env['OIDC_GROUPS_FILE']), 'utf8')) as Record<
    string,
    string[]
  >;
  return groups[sub] ?? [];
}

const configuration: Configuration = {
  clients: [
    {
      client_id: 'luna-admin',
      client_secret: 'a secret of the tests, long enough',
      redirect_uris: ['http://127.0.0.1/login/oidc/callback'],
      post_logout_redirect_uris: ['http://127.0.0.1/login'],
      ...(backchannel === undefined
        ? {}
        : { backchannel_logout_uri: backchannel, backchannel_logout_session_required: true }),
    },
  ],
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      email: `${sub}@corp.example.com`,
      email_verified: !sub.startsWith('unverified'),
      groups: groupsOf(sub),
    }),
  }),
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
  // The ID token itself tells them: no question after it.
  conformIdTokenClaims: false,
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
  cookies: { keys: ['a key of the tests'] },
};

const provider = new Provider(issuer, configuration);
// The API listens on whatever port is free.
const { prototype } = provider.Client as unknown as { prototype: Record<string, () => boolean> };
prototype['redirectUriAllowed'] = () => true;
prototype['postLogoutRedirectUriAllowed'] = () => true;
provider.on('server_error', (_ctx, error) => process.stderr.write(`${error.stack ?? String(error)}\n`));
provider.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
