import type { z } from 'zod';
import {
  commaSeparated,
  destinations,
  duration,
  hosts,
  keys,
  namedSecrets,
  oneOf,
  proxies,
  remoteExtractors,
  roleMap,
  text,
  url,
  wholeNumber,
  yesOrNo,
} from './settingTypes.ts';

/** What a process is started for; some settings are only required of some. */
export type Role = 'api' | 'worker' | 'command';

const services: readonly Role[] = ['api', 'worker'];
const everybody: readonly Role[] = [...services, 'command'];

/** `readers` are the only ones that are given it when they are started. */
const secret = <Schema extends z.ZodType>(
  schema: Schema,
  readers: readonly Role[],
  sentence: string,
): Schema => schema.meta({ description: sentence, secret: true, readers });

const perMinute = (most: string, sentence: string) =>
  wholeNumber(0, 1_000_000_000)
    .optional()
    .describe(
      `${sentence} Maximum per minute and API process; 0: no limit. Default: no limit if only this machine reaches the API, otherwise ${most}.`,
    );

/** Every process of an installation has to have the same, which health compares. */
const shared = <Schema extends z.ZodType>(schema: Schema, sentence: string): Schema =>
  schema.meta({ description: `${sentence} API and workers need the same.`, shared: true });

/** The login of the first administrator unless ADMIN_LOGIN says otherwise. */
export const defaultAdminLogin = 'root@visionlabs.ai';

/** The password of the first administrator unless ADMIN_PASSWORD says otherwise; it is public. */
export const defaultAdminPassword = 'root';

/** Every setting with its rule, default and sentence; `.env.example` is printed from this. */
export const settings = {
  HOST: text.default('127.0.0.1').describe('Address the API listens on.'),
  PORT: wholeNumber(0, 65535)
    .default(5010)
    .describe('Port the API listens on; 0 picks a free one and prints it.'),
  ALLOWED_HOSTS: hosts
    .default([])
    .describe(
      'Host names by which the API is reached, comma-separated, without ports; requests for other names are refused (421). IP addresses, localhost and the name in HOST need not be listed.',
    ),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 60_000)
    .default(0)
    .describe(
      'How long a stopping API keeps serving with a failing health check, so that load balancers notice; milliseconds.',
    ),
  DATA_DIR: text
    .default('./data')
    .describe(
      'Folder of the embedded servers, samples, caches and secrets. If it is deleted, the next start begins from scratch.',
    ),
  DATABASE_URL: secret(
    url(/^postgres(ql)?:/, 'postgres://user:password@host:5432/database').optional(),
    everybody,
    'PostgreSQL 14 or newer. If unset, npm start runs an embedded one.',
  ),
  MIGRATION_DATABASE_URL: secret(
    url(/^postgres(ql)?:/, 'postgres://owner:password@host:5432/database').optional(),
    ['command'],
    'The same database as the owner of the tables, for npm run migrate and npm start. DATABASE_URL then needs no right to change the audit.',
  ),
  MAX_DB_CONNECTIONS: wholeNumber(2, 500)
    .default(12)
    .describe(
      'Maximum database connections of one process. An API divides them among its pools and needs at least eight.',
    ),
  TEMPORAL_ADDRESS: text
    .regex(/^[^\s/]+:\d+$/, 'host:port')
    .optional()
    .describe('host:port of a Temporal server. If unset, npm start runs an embedded one.'),
  TEMPORAL_NAMESPACE: text.default('default').describe('Temporal namespace.'),
  TEMPORAL_TLS: yesOrNo
    .default(false)
    .describe('Use TLS for Temporal. Implied by any other TEMPORAL_TLS_ setting and by TEMPORAL_API_KEY.'),
  TEMPORAL_TLS_SERVER_NAME: text.optional().describe("Name expected in Temporal's certificate."),
  TEMPORAL_TLS_CA: secret(text.optional(), services, 'Certificate authority of Temporal, PEM.'),
  TEMPORAL_TLS_CERT: secret(text.optional(), services, 'Client certificate for Temporal, PEM.'),
  TEMPORAL_TLS_KEY: secret(text.optional(), services, "Client certificate's private key for Temporal, PEM."),
  TEMPORAL_API_KEY: secret(text.optional(), services, 'API key for Temporal.'),
  TEMPORAL_UI_URL: url(/^https?:/, 'http://127.0.0.1:8080')
    .optional()
    .describe('URL of the Temporal Web UI; task pages then link to their workflow.'),
  TEMPORAL_UI: yesOrNo
    .default(false)
    .describe(
      'Serve the Temporal Web UI of the embedded server on loopback. It has no log-in: anyone who can open it can stop and start everything.',
    ),
  TEMPORAL_CLI: text
    .optional()
    .describe('Path of the temporal program (1.5 or newer) used as the embedded server.'),
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
    .optional()
    .describe(
      'Rules for new passwords in JSON and commands: manual (3 to 128 characters, as the manual says) or strong (those of pages). With strong, a session needs current_password to change its password. Default: manual if only this machine reaches the API, otherwise strong.',
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
  SYS_INFO_KEY: secret(
    text.optional(),
    ['api'],
    'Ed25519 private key, PEM, that signs GET /luna_sys_info. If unset, one is created and kept in DATA_DIR. All APIs need the same one.',
  ),
  AUDIT_WEBHOOK: secret(
    url(
      /^https:|^http:\/\/(127\.|localhost|\[::1\])/,
      'https://siem.example.com/audit; HTTPS, unless it is on this machine',
    ).optional(),
    ['api'],
    'Address to which new entries of the audit are posted as NDJSON, signed as webhooks are; HTTPS, unless it is on this machine. All APIs need the same.',
  ),
  AUDIT_WEBHOOK_SECRET: text
    .optional()
    .describe('Name of the secret in NOTIFICATION_SECRETS that signs them; required with AUDIT_WEBHOOK.'),
  AUDIT_FILE: text
    .optional()
    .describe(
      'File to which new entries of the audit are appended as NDJSON, for a log shipper. It may be rotated. Of several APIs one writes at a time, so each needs it.',
    ),
  AUDIT_RETENTION_DAYS: wholeNumber(30, 36_500)
    .optional()
    .describe(
      'Days after which entries of the audit are removed, at least 30; the signed head of what was removed is kept, so that the rest can still be verified. Workers need it. If unset, they are kept.',
    ),
  ERROR_RETENTION_DAYS: wholeNumber(1, 36_500)
    .default(365)
    .describe(
      'Days after which errors that a retry has resolved are removed, once their task has ended. Workers need it. Open errors are kept as long as their task.',
    ),
  RESULT_RETENTION_DAYS: wholeNumber(1, 36_500)
    .optional()
    .describe(
      'Days after the end of a task after which the ids of its result are removed; its counts stay. Workers need it. If unset, they are kept as long as the task.',
    ),
  TASK_RETENTION_DAYS: wholeNumber(1, 36_500)
    .optional()
    .describe(
      'Days after the end of a task after which it is deleted with its subtasks, errors and result. Tasks that can still be undone or whose files are not yet gone stay. Workers need it. If unset, tasks are kept.',
    ),
  TLS_CERT: text
    .optional()
    .describe(
      'PEM file of the certificate, with its chain, for HTTPS; the API, and a worker at WORKER_METRICS_PORT, then speak HTTPS only. It is read again when it changes.',
    ),
  TLS_KEY: text.optional().describe('PEM file of its private key.'),
  ALLOW_HTTP: yesOrNo
    .default(false)
    .describe(
      'Start even if other machines reach the API without HTTPS: HOST is not loopback, TLS_CERT is not set, and not both of TRUST_PROXY and SECURE_COOKIES are. Passwords, cookies and pictures then cross the network unencrypted.',
    ),
  OUTGOING_CA: text
    .optional()
    .describe(
      'PEM file of the only authorities that are trusted for outgoing HTTPS: webhooks, image origins, remote extractors and the OpenID provider. Default: the public ones.',
    ),
  SECURE_COOKIES: yesOrNo
    .default(false)
    .describe('Send cookies over HTTPS only, and demand HTTPS of browsers for a year. Implied by TLS_CERT.'),
  TRUST_PROXY: proxies
    .default('')
    .describe(
      'Proxies whose X-Forwarded-For is trusted, as the "trust proxy" setting of Express: such as loopback or 1.',
    ),
  CONFIG_PUBLIC: yesOrNo.default(false).describe('Answer GET /config without credentials.'),
  ENVIRONMENT_NAME: text
    .max(24, 'at most 24 characters')
    .optional()
    .describe('Shown at the top of every page, such as staging, so that installations are not confused.'),
  DEVELOPMENT: yesOrNo
    .default(false)
    .describe('Serve /styleguide, which shows every component of the pages, for developers.'),
  DEFAULT_DESCRIPTOR_VERSION: wholeNumber(1, 32767)
    .default(1)
    .describe(
      'Initial default face descriptor version: the one that objects must have for an additional extract, and that an import creates. Later it is switched on the Networks page and kept in the database.',
    ),
  BASIC_ATTRIBUTES_VERSION: wholeNumber(1, 32767)
    .default(1)
    .describe(
      'Face descriptor version whose network computes basic_attributes: 1 gives age, gender and emotions, 2 age and gender.',
    ),
  DEFAULT_BODY_DESCRIPTOR_VERSION: wholeNumber(1, 32767)
    .default(101)
    .describe('The same for body descriptors.'),
  EXTRACTORS_FILE: text
    .optional()
    .describe(
      'YAML file of the networks to use instead of the built-in ones (docs/networks.md). API, workers and commands need the same file.',
    ),
  REMOTE_EXTRACTORS: remoteExtractors
    .default([])
    .describe(
      'Additional extractors that implement docs/remote-extractor.yaml over HTTP, comma-separated: kind:version:length=URL, such as face:4:512=http://host:9000/extract; with :attributes before the = if it computes attributes too.',
    ),
  REMOTE_EXTRACTOR_TIMEOUT_MS: wholeNumber(100, 120_000)
    .default(10_000)
    .describe(
      'Time limit of one request to a remote extractor: a sample, or a batch for an inference server. Milliseconds.',
    ),
  REMOTE_EXTRACTOR_CONCURRENCY: wholeNumber(1, 256)
    .default(8)
    .describe('Concurrent requests of one worker to a remote extractor.'),
  REMOTE_EXTRACTOR_RETRIES: wholeNumber(0, 10)
    .default(3)
    .describe('How often a failed request to a remote extractor is retried, with growing pauses.'),
  ORIGIN_HOSTS: destinations
    .default([])
    .describe(
      'Hosts, comma-separated, to which DELETE requests for image origins may be sent: cdn.example.org means HTTPS on port 443, cdn.example.org:8443 another port, cdn.example.org:* any, http://cdn.example.org plain HTTP (port 80 or the given one); localhost or 127.0.0.1 any port by both. A private address must be listed itself, even if a listed name resolves to it: 10.1.2.3, or a range such as 10.0.0.0/8.',
    ),
  NOTIFICATION_HOSTS: shared(
    destinations.default([]),
    'Hosts, comma-separated, to which webhooks may be sent; the rules of ORIGIN_HOSTS apply.',
  ),
  NOTIFICATION_SECRETS: secret(
    namedSecrets.optional(),
    services,
    'Secrets that sign webhooks, comma-separated name=secret (in a file, one per line also works); whsec_… is base64, anything else is used as is. API and workers need the same.',
  ),
  SLOW_DOWN_STANDBY_SECONDS: wholeNumber(0, 86_400)
    .default(30)
    .describe(
      'Slow tasks down while a standby, or the reader of a replication slot, is further behind than this. 0: never. The role of the workers needs pg_monitor.',
    ),
  SLOW_DOWN_ARCHIVE_FILES: wholeNumber(0, 1_000_000)
    .default(64)
    .describe('Slow tasks down while more log files than this wait to be archived. 0: never.'),
  SLOW_DOWN_CHECKPOINT_SECONDS: wholeNumber(0, 3_600)
    .default(0)
    .describe(
      'Slow tasks down while the amount of log forces checkpoints at shorter intervals than this, in seconds. 0: never.',
    ),
  SLOW_DOWN_DEAD_ROWS: wholeNumber(0, 1_000_000_000_000)
    .default(0)
    .describe(
      'Slow tasks down while a table has more dead rows than this that vacuum has not processed. 0: never.',
    ),
  SLOW_DOWN_READ_MS: wholeNumber(0, 60_000)
    .default(200)
    .describe('Slow tasks down while a read by key takes longer than this, milliseconds. 0: never.'),
  GC_WINDOW: wholeNumber(1, 64).default(4).describe('Concurrent subtasks of one gc task.'),
  EXTRACT_PROCESSES: wholeNumber(1, 256)
    .optional()
    .describe('Extractor processes of one worker. Default: the number of cores.'),
  TASKS_AT_ONCE: shared(
    wholeNumber(1, 10_000).default(200),
    'How many tasks of the same or a more urgent priority run at the same time; others wait for their turn.',
  ),
  APPROVAL_OBJECTS: shared(
    wholeNumber(0, 1_000_000_000_000).optional(),
    'A gc of more objects than this, of everything, or of a whole descriptor version waits until another administrator approves it. If unset, no approval is needed.',
  ),
  APPROVAL_EXPIRES: shared(
    duration.default('3d'),
    'How long a gc or a schedule waits for its approval, such as 12h or 3d; then it is cancelled.',
  ),
  PART_SIZE_GC: wholeNumber(1, 10_000_000).default(50_000).describe('Objects per subtask of a gc task.'),
  PART_SIZE_EXTRACT: wholeNumber(1, 1_000_000)
    .default(2_000)
    .describe('Objects per subtask of an extract task.'),
  PARTS_PER_RUN: wholeNumber(1, 4_000)
    .default(400)
    .describe('Subtasks after which a task continues in a new workflow run.'),
  BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(200)
    .describe('Target duration of one batch of a gc, milliseconds. Its rows are locked for that long.'),
  EXTRACT_BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(1_000)
    .describe(
      'Target duration of one batch of an extract, milliseconds. A pause or cancel takes effect after it. No lock is held while networks run.',
    ),
  RECONCILE_INTERVAL_MS: wholeNumber(50, 600_000)
    .default(3_000)
    .describe('How often to check for waiting and lost tasks, milliseconds.'),
  WORKER_METRICS_HOST: text
    .default('127.0.0.1')
    .describe("Address of a worker's /metrics and /healthcheck; they show no secrets."),
  WORKER_METRICS_PORT: wholeNumber(0, 65535)
    .optional()
    .describe(
      "Port of a worker's /metrics and /healthcheck. Default: 5011, or the next free one. 0 picks a free one.",
    ),
  TASK_QUEUE_PREFIX: text
    .regex(/^[\w.-]*$/, 'letters, digits, points, hyphens')
    .default('')
    .describe('Prefix of each Temporal task queue, so that several installations can share a server.'),
  BUNDLE_CACHE: text.optional().describe('Folder that caches the compiled workflows between worker starts.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?:/, 'http://127.0.0.1:4318')
    .optional()
    .describe(
      'Base URL of an OpenTelemetry collector (OTLP over HTTP). If it is set, API and workers send traces to its /v1/traces (docs/operations.md). Workers need it too.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(/^https?:/, 'http://127.0.0.1:4318/v1/traces')
    .optional()
    .describe('Whole URL for traces, if it is another one.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/protobuf'])
    .optional()
    .describe('Protocol of the collector; http/protobuf is the only one.'),
  OTEL_EXPORTER_OTLP_HEADERS: secret(
    text.optional(),
    services,
    'Headers for the collector, such as its key: name=value, comma-separated.',
  ),
  OTEL_EXPORTER_OTLP_COMPRESSION: oneOf(['none', 'gzip'])
    .optional()
    .describe('Compression of what is sent to the collector: none (default) or gzip.'),
  OTEL_SERVICE_NAME: text
    .optional()
    .describe('Name of the service in traces. Default: luna-admin-api and luna-admin-worker.'),
  OTEL_RESOURCE_ATTRIBUTES: text
    .optional()
    .describe('Attributes of all spans: deployment.environment.name=production, comma-separated.'),
  OTEL_TRACES_SAMPLER: oneOf([
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ])
    .optional()
    .describe('Which traces are recorded; default parentbased_always_on.'),
  OTEL_TRACES_SAMPLER_ARG: text
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'a number from 0 to 1')
    .optional()
    .describe('Share of the traces that a sampler by ratio records, from 0 to 1.'),
  OTEL_SDK_DISABLED: yesOrNo.default(false).describe('Turns tracing off, whatever else is set.'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Lowest log level that is written.'),
  LOG_FORMAT: oneOf(['pretty', 'json'])
    .optional()
    .describe('pretty or json; default pretty on a terminal, json otherwise.'),
} as const;

type SettingName = keyof typeof settings;

/** What each setting is for, by its name. */
export const settingSentences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, schema.description ?? '']),
);

/** What kinds of process are given a setting: all, unless it is a secret that only some need. */
export function readersOf(name: string): readonly Role[] {
  const meta = name in settings ? settings[name as SettingName].meta() : undefined;
  return (meta?.['readers'] as readonly Role[] | undefined) ?? everybody;
}

/** True for settings that may come from a file (`NAME_FILE`) and are never shown. */
export function isShared(name: string): boolean {
  return name in settings && settings[name as SettingName].meta()?.['shared'] === true;
}

export function isSecret(name: string): boolean {
  return name in settings && settings[name as SettingName].meta()?.['secret'] === true;
}
