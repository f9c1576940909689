import { secret, services, shared } from './kinds.ts';
import { destinations, namedSecrets, remoteExtractors, text, wholeNumber } from './types.ts';

/** Networks and extractors, and the hosts that requests may go to. */
export const networksSettings = {
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
} as const;
