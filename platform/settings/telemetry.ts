import { secret, services } from './kinds.ts';
import { oneOf, text, url, yesOrNo } from './types.ts';

/** Traces and logs. */
export const telemetrySettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?:/, 'http://127.0.0.1:4318')
    .optional()
    .describe(
      'Base URL of an OpenTelemetry collector. If it is set, API and workers send traces there, over HTTP to its /v1/traces (docs/operations.md). Workers need it too.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(/^https?:/, 'http://127.0.0.1:4318/v1/traces')
    .optional()
    .describe('Whole URL for traces, if it is another one.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/protobuf', 'grpc'])
    .optional()
    .describe('Protocol of the collector: http/protobuf (default) or grpc.'),
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
