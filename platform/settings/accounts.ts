import { perMinute, secret } from './kinds.ts';
import { commaSeparated, duration, keys, oneOf, roleMap, text, url, wholeNumber, yesOrNo } from './types.ts';

/** The login of the first administrator unless ADMIN_LOGIN says otherwise. */
export const defaultAdminLogin = 'root@visionlabs.ai';

/** The password of the first administrator unless ADMIN_PASSWORD says otherwise; it is public. */
export const defaultAdminPassword = 'root';

/** Who logs in, and how. */
export const accountsSettings = {
  ADMIN_LOGIN: text
    .regex(/^[a-z0-9_'+\-.]+@[a-z0-9]+\.[a-z]{2,}$/, 'an e-mail address in lower case')
    .default(defaultAdminLogin)
    .describe('Login of the administrator created at the first start, when the database has no accounts.'),
  ADMIN_PASSWORD: secret(
    text.min(3, '3 to 128 characters').max(128, '3 to 128 characters').optional(),
    ['api', 'command'],
    `Password of that administrator. Default: ${defaultAdminPassword}, which is refused if HOST is not loopback or a proxy publishes the API (TRUST_PROXY, SECURE_COOKIES, TLS_CERT), as is the login itself.`,
  ),
  PASSWORD_RULES: oneOf(['manual', 'strong'])
    .default('manual')
    .describe(
      'Rules for new passwords in JSON and commands: manual (3 to 128 characters, as the manual says) or strong (those of pages). With strong, a session needs current_password to change its password.',
    ),
  BREACHED_PASSWORDS_FILE: text
    .optional()
    .describe(
      'Offline file of Have I Been Pwned, SHA-1 ordered by hash (docs/security.md). New passwords that are in it are refused on pages, and everywhere with PASSWORD_RULES=strong.',
    ),
  SESSION_SECRET: secret(
    keys.optional(),
    ['api'],
    'Key that signs session cookies, at least 32 characters. Comma-separated, the first signs and the others are still accepted. With the embedded database, npm start creates one and keeps it in DATA_DIR.',
  ),
  SECOND_FACTOR_KEY: secret(
    keys.optional(),
    ['api'],
    'Key that encrypts the secrets of authenticator apps, at least 32 characters; default: derived from SESSION_SECRET. Comma-separated, the first encrypts and the others still decrypt. All APIs need the same.',
  ),
  REQUIRE_SECOND_FACTOR: oneOf(['none', 'admins', 'all'])
    .default('none')
    .describe(
      'Who must have a second factor: none, admins (the role admin) or all. They set one up after the log-in, and their passwords are refused in JSON and Basic authorization; programs use API tokens.',
    ),
  PASSKEY_DOMAIN: text
    .regex(/^[a-z0-9.-]+$/, 'a domain name in lower case')
    .optional()
    .describe(
      'Domain that passkeys are bound to, such as example.com for admin.example.com. Default: the host name of the request. Changing it makes the registered ones useless.',
    ),
  LOGIN_FAILURES: wholeNumber(1, 1_000_000_000)
    .default(30)
    .describe(
      'Failed log-ins allowed per network (an IPv4 address or an IPv6 /64) in five minutes; after that it has to wait. An IPv6 /48 may have four times as many.',
    ),
  REQUESTS_PER_MINUTE: perMinute('6000', 'Requests of one account or API token, pages and API together.'),
  COSTLY_REQUESTS_PER_MINUTE: perMinute(
    '600',
    'Of these, exports, results, previews, searches, certificates, new tasks and schedules.',
  ),
  PICTURES_PER_MINUTE: perMinute(
    '3000',
    'Pictures of people that one account is shown, beside its requests.',
  ),
  PUBLIC_REQUESTS_PER_MINUTE: perMinute(
    '600',
    'Requests without credentials for metrics, health of other services, search of the documents and the start of a single sign-on, from one network (an IPv4 address or an IPv6 /64).',
  ),
  PASSWORD_LOGINS: commaSeparated
    .default([])
    .describe(
      'Logins that may still use a password, comma-separated, such as one account for emergencies beside single sign-on. Empty: all.',
    ),
  OIDC_ISSUER: url(/^https:|^http:\/\/(127\.|localhost|\[::1\])/, 'https://login.example.com/realms/main')
    .optional()
    .describe(
      'OpenID provider for single sign-on (docs/security.md); HTTPS, unless it is on this machine. OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_ROLES are then required.',
    ),
  OIDC_CLIENT_ID: text.optional().describe('Id of this service at the provider.'),
  OIDC_CLIENT_SECRET: secret(text.optional(), ['api'], 'Its secret there.'),
  OIDC_NAME: text
    .min(1)
    .max(40)
    .default('single sign-on')
    .describe('Name of the provider on the log-in page: Log in with …'),
  OIDC_SCOPES: text.default('openid email profile').describe('Scopes that are requested.'),
  OIDC_LOGIN_CLAIM: text
    .default('email')
    .describe('Claim of the ID token that becomes the login of a new account.'),
  OIDC_ROLE_CLAIM: text.default('groups').describe('Claim of the ID token whose values have roles.'),
  OIDC_ROLES: roleMap
    .default({})
    .describe(
      'Roles by values of that claim, comma-separated: luna-admins=admin,on-call=operator. Log-ins without a role are refused; of several roles the one that allows most counts.',
    ),
  OIDC_ACR: commaSeparated
    .default([])
    .describe(
      'Values of the claim acr, comma-separated, with which a log-in at the provider counts as one with a second factor; they are asked for. Empty, and OIDC_AMR too: none counts so.',
    ),
  OIDC_AMR: commaSeparated
    .default([])
    .describe('The same for values of the claim amr, such as mfa,otp,hwk; one of either setting is enough.'),
  OIDC_MAX_AGE: duration
    .optional()
    .describe(
      'How long ago users may have logged in at the provider, such as 8h; it is asked to ask again after that, and the claim auth_time is checked. If unset, as the provider likes.',
    ),
  OIDC_UNTYPED_LOGOUT: yesOrNo
    .default(false)
    .describe('Accept log-out tokens without the type logout+jwt, of providers that do not send it.'),
} as const;
