import type { z } from 'zod';
import {
  hosts,
  namedSecrets,
  oneOf,
  proxies,
  remoteExtractors,
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

/** The login of the first administrator unless ADMIN_LOGIN says otherwise. */
export const defaultAdminLogin = 'root@visionlabs.ai';

/** The password of the first administrator unless ADMIN_PASSWORD says otherwise; everybody knows it. */
export const defaultAdminPassword = 'root';

/** Every setting with its rule, default and sentence; `.env.example` is printed from this. */
export const settings = {
  HOST: text.default('127.0.0.1').describe('Address that the API listens on.'),
  PORT: wholeNumber(0, 65535)
    .default(5010)
    .describe('Port that the API listens on; 0 takes any free one and prints it.'),
  ALLOWED_HOSTS: hosts
    .default([])
    .describe(
      'Names under which the API is reached, comma-separated, without ports; requests for others are refused (421). Addresses, localhost and the name in HOST need not be listed.',
    ),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 60_000)
    .default(0)
    .describe(
      'How long the API, when told to stop, goes on serving with a bad health check, for load balancers to notice; milliseconds.',
    ),
  DATA_DIR: text
    .default('./data')
    .describe(
      'Folder of the embedded servers, samples, caches and secrets; without it the next start is a new one.',
    ),
  DATABASE_URL: secret(
    url(/^postgres(ql)?:/, 'postgres://user:password@host:5432/database').optional(),
    everybody,
    'PostgreSQL 14 or newer; without it an embedded one is started by npm start.',
  ),
  MIGRATION_DATABASE_URL: secret(
    url(/^postgres(ql)?:/, 'postgres://owner:password@host:5432/database').optional(),
    ['command'],
    "The same database as the tables' owner, for npm run migrate and npm start; DATABASE_URL then needs no right to change the audit.",
  ),
  MAX_DB_CONNECTIONS: wholeNumber(2, 500)
    .default(12)
    .describe(
      'Database connections of one process at most. An API divides them among its pools, and has seven at the least.',
    ),
  TEMPORAL_ADDRESS: text
    .regex(/^[^\s/]+:\d+$/, 'host:port')
    .optional()
    .describe('host:port of a Temporal server; without it an embedded one is started by npm start.'),
  TEMPORAL_NAMESPACE: text.default('default').describe('Temporal namespace.'),
  TEMPORAL_TLS: yesOrNo
    .default(false)
    .describe('Speak TLS to Temporal; implied by any other TEMPORAL_TLS_ setting and by TEMPORAL_API_KEY.'),
  TEMPORAL_TLS_SERVER_NAME: text.optional().describe("Name expected in Temporal's certificate."),
  TEMPORAL_TLS_CA: secret(text.optional(), services, 'Certificate authority of Temporal, PEM.'),
  TEMPORAL_TLS_CERT: secret(text.optional(), services, 'Client certificate for Temporal, PEM.'),
  TEMPORAL_TLS_KEY: secret(text.optional(), services, "Client certificate's private key for Temporal, PEM."),
  TEMPORAL_API_KEY: secret(text.optional(), services, 'API key for Temporal.'),
  TEMPORAL_UI_URL: url(/^https?:/, 'http://127.0.0.1:8080')
    .optional()
    .describe("Where Temporal's own pages are; the page of a task then leads to its workflow there."),
  TEMPORAL_UI: yesOrNo
    .default(false)
    .describe(
      "Serve the embedded Temporal's own pages on loopback; they have no log-in, and whoever opens them may stop and start all that runs.",
    ),
  TEMPORAL_CLI: text
    .optional()
    .describe('Path of the temporal program (1.5 or newer) that serves the embedded Temporal.'),
  IMAGE_STORE: text
    .regex(/^folder:.+$/, 'folder:PATH')
    .optional()
    .describe('Where sample images live: folder:PATH; default folder:DATA_DIR/samples.'),
  ADMIN_LOGIN: text
    .regex(/^[a-z0-9_'+\-.]+@[a-z0-9]+\.[a-z]{2,}$/, 'an e-mail address in lower case')
    .default(defaultAdminLogin)
    .describe('Login of the administrator that the start on a database without accounts creates.'),
  ADMIN_PASSWORD: secret(
    text.min(3, '3 to 128 characters').max(128, '3 to 128 characters').optional(),
    ['api', 'command'],
    `Password of that administrator; default ${defaultAdminPassword}, which is refused when HOST is not loopback, as is the login itself.`,
  ),
  SESSION_SECRET: secret(
    text.min(32, 'at least 32 characters').optional(),
    ['api'],
    'Key that signs session cookies, at least 32 characters; npm start makes one and keeps it in DATA_DIR when the database is embedded.',
  ),
  LOGIN_FAILURES: wholeNumber(1, 1_000_000_000)
    .default(30)
    .describe(
      'Wrong log-ins of one network (an IPv4 address or an IPv6 /64) in five minutes; after them it has to wait. An IPv6 /48 may have four times as many.',
    ),
  SYS_INFO_KEY: secret(
    text.optional(),
    ['api'],
    'Ed25519 private key, PEM, that signs GET /luna_sys_info; without it one is made and kept in DATA_DIR. Several APIs need the same.',
  ),
  SECURE_COOKIES: yesOrNo.default(false).describe('Send the session cookie over HTTPS only.'),
  TRUST_PROXY: proxies
    .default('')
    .describe("Whose X-Forwarded-For is believed: express's trust proxy value, for instance loopback or 1."),
  CONFIG_PUBLIC: yesOrNo.default(false).describe('Answer GET /config without credentials.'),
  ENVIRONMENT_NAME: text
    .max(24, 'at most 24 characters')
    .optional()
    .describe(
      'Shown at the top of every page, such as staging, so that nobody takes one installation for another.',
    ),
  DEVELOPMENT: yesOrNo
    .default(false)
    .describe(
      'Serve what only those who develop need: /styleguide, which shows every component of the pages.',
    ),
  DEFAULT_DESCRIPTOR_VERSION: wholeNumber(1, 32767)
    .default(1)
    .describe(
      'Face descriptor version that objects must have to be extracted anew, and that an import makes, until it is switched on the page of networks: then what is stored counts.',
    ),
  BASIC_ATTRIBUTES_VERSION: wholeNumber(1, 32767)
    .default(1)
    .describe(
      'Face descriptor version whose network tells age, gender and the like for basic_attributes: 1 also tells emotions, 2 is without.',
    ),
  DEFAULT_BODY_DESCRIPTOR_VERSION: wholeNumber(1, 32767).default(101).describe('The same for bodies.'),
  EXTRACTORS_FILE: text
    .optional()
    .describe(
      'YAML file of the networks that can be run, in place of the built-in ones (docs/networks.md). API, workers and commands need the same.',
    ),
  REMOTE_EXTRACTORS: remoteExtractors
    .default([])
    .describe(
      'Extractors beside those of EXTRACTORS_FILE that speak docs/remote-extractor.yaml over HTTP, comma-separated: kind:version:length=URL, for instance face:4:512=http://host:9000/extract; with :attributes before the = when it tells them too.',
    ),
  REMOTE_EXTRACTOR_TIMEOUT_MS: wholeNumber(100, 120_000)
    .default(10_000)
    .describe(
      'How long a remote extractor may take for one request: a sample, or a batch for an inference server. Milliseconds.',
    ),
  REMOTE_EXTRACTOR_CONCURRENCY: wholeNumber(1, 256)
    .default(8)
    .describe('Requests that one worker has under way with a remote extractor at the same time.'),
  REMOTE_EXTRACTOR_RETRIES: wholeNumber(0, 10)
    .default(3)
    .describe('How often one request is sent again to a remote extractor that fails, with growing pauses.'),
  ORIGIN_HOSTS: hosts
    .default([])
    .describe(
      'Hosts, comma-separated, to which DELETEs of image origins may go. An address that is not public must be listed itself, also where a listed name leads to it: 10.1.2.3, or a range such as 10.0.0.0/8.',
    ),
  NOTIFICATION_HOSTS: hosts
    .default([])
    .describe(
      'Hosts, comma-separated, to which notifications of tasks may go; what is said of ORIGIN_HOSTS holds here too. API and workers need the same.',
    ),
  NOTIFICATION_SECRETS: secret(
    namedSecrets.optional(),
    services,
    'Secrets that sign notifications, comma-separated name=secret (in a file also a line each); whsec_… is base64, anything else is taken as it is. API and workers need the same.',
  ),
  GC_WINDOW: wholeNumber(1, 64).default(4).describe('Subtasks of one gc task that run at the same time.'),
  EXTRACT_PROCESSES: wholeNumber(1, 256)
    .optional()
    .describe('Extractor processes of one worker; default: the number of cores.'),
  TASKS_AT_ONCE: wholeNumber(1, 10_000)
    .default(200)
    .describe(
      'Tasks of one priority or a more urgent one that are at work at the same time; others wait for their turn. API and workers need the same.',
    ),
  PART_SIZE_GC: wholeNumber(1, 10_000_000).default(50_000).describe('Objects of one subtask of a gc task.'),
  PART_SIZE_EXTRACT: wholeNumber(1, 1_000_000)
    .default(2_000)
    .describe('Objects of one subtask of an extract task.'),
  PARTS_PER_RUN: wholeNumber(1, 4_000)
    .default(400)
    .describe('Subtasks after which a task continues in a new workflow run.'),
  BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(200)
    .describe('How long one batch of a gc should take, milliseconds; it holds locks on its rows meanwhile.'),
  EXTRACT_BATCH_TARGET_MS: wholeNumber(10, 10_000)
    .default(1_000)
    .describe(
      'How long one batch of an extract should take, milliseconds; a pause or cancel takes effect after it. It holds no lock while networks run.',
    ),
  RECONCILE_INTERVAL_MS: wholeNumber(50, 600_000)
    .default(3_000)
    .describe('How often waiting and lost tasks are looked for, milliseconds.'),
  WORKER_METRICS_HOST: text
    .default('127.0.0.1')
    .describe("Address that a worker's /metrics and /healthcheck listen on; nothing secret is shown there."),
  WORKER_METRICS_PORT: wholeNumber(0, 65535)
    .optional()
    .describe(
      "Port of a worker's /metrics and /healthcheck; default 5011, or the next one that is free. 0 takes any free one.",
    ),
  TASK_QUEUE_PREFIX: text
    .regex(/^[\w.-]*$/, 'letters, digits, points, hyphens')
    .default('')
    .describe('Put before the name of each Temporal task queue, so that several systems can share a server.'),
  BUNDLE_CACHE: text
    .optional()
    .describe('Folder that keeps the compiled workflows between starts of workers.'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least serious log entries that are written.'),
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
export function isSecret(name: string): boolean {
  return name in settings && settings[name as SettingName].meta()?.['secret'] === true;
}
