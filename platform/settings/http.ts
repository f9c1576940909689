import { proxies, text, yesOrNo } from './types.ts';

/** HTTPS, proxies, and what pages show. */
export const httpSettings = {
  TLS_CERT: text
    .optional()
    .describe(
      'PEM file of the certificate, with its chain, for HTTPS; the API, and a worker at WORKER_METRICS_PORT, then speak HTTPS only. It is read again when it changes.',
    ),
  TLS_KEY: text.optional().describe('PEM file of its private key.'),
  REQUIRE_HTTPS: yesOrNo
    .default(false)
    .describe(
      'Do not start if other machines would reach the API without HTTPS: HOST is not loopback, TLS_CERT is not set, and not both of TRUST_PROXY and SECURE_COOKIES are. Otherwise the log and the settings page warn of it: passwords, cookies and pictures then cross the network unencrypted.',
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
} as const;
