import { readNetworks } from '../extraction/catalogue/catalogue.ts';
import { ConfigError, loadConfig, requireServers } from '../platform/config.ts';
import { limitOutgoingTrust } from '../platform/outgoing/outgoingTrust.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';
import type { ApiConfig } from './start/resources.ts';
import { startApi } from './start/startApi.ts';

keepFilesPrivate();
await startApi(readConfig());

function readConfig(): ApiConfig {
  try {
    const config = loadConfig(undefined, 'api');
    limitOutgoingTrust(config);
    const networks = readNetworks(config);
    return { ...requireServers(config, ['databaseUrl', 'temporalAddress', 'sessionSecret']), networks };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}
