import { secret } from './kinds.ts';
import { text, url, wholeNumber } from './types.ts';

/** The signing key, the audit, and how long what is old is kept. */
export const evidenceSettings = {
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
} as const;
