/** Sections by what the names of their settings begin with; the first that fits. */
const sections: readonly (readonly [section: string, names: RegExp])[] = [
  [
    'HTTP_SERVER',
    /^(HOST|PORT|ALLOWED_HOSTS|SHUTDOWN_DELAY_MS|TRUST_PROXY|TLS_CERT|TLS_KEY|REQUIRE_HTTPS|SECURE_COOKIES|CONFIG_PUBLIC|SESSION_SECRET|.*_PER_MINUTE)$/,
  ],
  ['DATABASE', /^(.*DATABASE_URL|MAX_DB_CONNECTIONS)$/],
  ['TEMPORAL', /^(TEMPORAL_|TASK_QUEUE_PREFIX$|BUNDLE_CACHE$)/],
  ['SAMPLE_STORE', /^(IMAGE_STORE$|S3_)/],
  ['ACCOUNTS', /^(ADMIN_|LOGIN_|PASSWORD_|BREACHED_|SECOND_FACTOR_|REQUIRE_SECOND_FACTOR|PASSKEY_)/],
  ['DESCRIPTORS', /^(DEFAULT_.*DESCRIPTOR_VERSION$|BASIC_ATTRIBUTES_VERSION$|REMOTE_)/],
  ['NOTIFICATIONS', /^NOTIFICATION_/],
  ['METRICS', /^WORKER_METRICS_/],
  ['TASKS', /^(GC_|EXTRACT_|PART|BATCH_|RECONCILE_|ORIGIN_)/],
  ['RETENTION', /_RETENTION_/],
  ['AUDIT', /^AUDIT_/],
  ['LOGGER', /^LOG_/],
  ['OTHER', /./],
];

/** Settings by section. Clients of the original expect a section of a monitoring that this service does not feed. */
export function presentConfig(
  settings: Readonly<Record<string, unknown>>,
): Record<string, Record<string, unknown>> {
  const shown: Record<string, Record<string, unknown>> = {
    INFLUX_MONITORING: { SEND_DATA_FOR_MONITORING: 0 },
  };
  for (const [name, value] of Object.entries(settings)) {
    const section = sections.find(([, names]) => names.test(name))?.[0] ?? 'OTHER';
    (shown[section] ??= {})[name] = value;
  }
  return shown;
}
