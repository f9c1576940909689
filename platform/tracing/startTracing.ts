import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Tracing } from './sdk.ts';

export type { Tracing } from './sdk.ts';

export type TracingSettings = Pick<
  Config,
  'otelExporterOtlpEndpoint' | 'otelExporterOtlpTracesEndpoint' | 'otelSdkDisabled'
> &
  Partial<Pick<Config, 'otelExporterOtlpHeaders' | 'otelExporterOtlpProtocol' | 'outgoingCa'>>;

/** Whether the settings name a place for traces. */
export function isTraced(config: TracingSettings): boolean {
  const { otelExporterOtlpEndpoint, otelExporterOtlpTracesEndpoint, otelSdkDisabled } = config;
  return !otelSdkDisabled && (otelExporterOtlpEndpoint ?? otelExporterOtlpTracesEndpoint) !== undefined;
}

/** Once in a process, before it does anything. The SDK is loaded only if tracing is on; null: it is off. */
export async function startTracing(
  config: TracingSettings,
  serviceName: string,
  log: Logger,
): Promise<Tracing | null> {
  if (!isTraced(config)) return null;
  const { startSdk } = await import('./sdk.ts');
  return startSdk(serviceName, config, log);
}
