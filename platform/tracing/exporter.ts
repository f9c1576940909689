import { readFileSync } from 'node:fs';
import { credentials, Metadata } from '@grpc/grpc-js';
import { baggageUtils } from '@opentelemetry/core';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { TracingSettings } from './startTracing.ts';

/** Endpoint, compression and limit are what the SDK's own variables say. Headers may come from a file, which it does not read. */
export function createExporter(settings: TracingSettings): SpanExporter {
  const headers = baggageUtils.parseKeyPairsIntoRecord(settings.otelExporterOtlpHeaders ?? '');
  if (settings.otelExporterOtlpProtocol !== 'grpc') return new HttpExporter({ headers });
  return new GrpcExporter({ metadata: Metadata.fromHttp2Headers(headers), ...trust(settings) });
}

/** gRPC connections know nothing of the authorities that limitOutgoingTrust has set. */
function trust({ otelExporterOtlpEndpoint, otelExporterOtlpTracesEndpoint, outgoingCa }: TracingSettings) {
  const endpoint = otelExporterOtlpTracesEndpoint ?? otelExporterOtlpEndpoint;
  if (outgoingCa === undefined || endpoint?.startsWith('https:') !== true) return {};
  return { credentials: credentials.createSsl(readFileSync(outgoingCa)) };
}
