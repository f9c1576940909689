import { everybody, secret, services } from './kinds.ts';
import { databaseAddress, hosts, text, url, wholeNumber, yesOrNo } from './types.ts';

/** Where the API listens, and the servers that it and the workers need. */
export const serversSettings = {
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
    databaseAddress.optional(),
    everybody,
    'PostgreSQL 14 or newer, as postgres://user:password@host:5432/database. Of several hosts (a:5432,b:5432), the one that takes changes is used (target_session_attrs). If unset, npm start runs an embedded one.',
  ),
  DATABASE_DIRECT_URL: secret(
    databaseAddress.optional(),
    everybody,
    'The same database and role without the pooler, if DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer.',
  ),
  MIGRATION_DATABASE_URL: secret(
    databaseAddress.optional(),
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
} as const;
