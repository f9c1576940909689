import { ConfigError, loadConfig } from '../platform/config.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';
import type { ApiConfig } from './start/resources.ts';
import { startApi } from './start/startApi.ts';

keepFilesPrivate();
await startApi(readConfig());

function readConfig(): ApiConfig {
  try {
    const config = loadConfig(undefined, 'api');
    const { databaseUrl, temporalAddress, sessionSecret } = config;
    if (databaseUrl === undefined || temporalAddress === undefined || sessionSecret === undefined) {
      throw new ConfigError(['DATABASE_URL and TEMPORAL_ADDRESS: required (npm start sets them)']);
    }
    return { ...config, databaseUrl, temporalAddress, sessionSecret };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}
