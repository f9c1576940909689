import { availableParallelism } from 'node:os';
import { isListening } from '../../embedded/ports.ts';
import { environmentWith, loadConfig, type Environment } from '../../platform/config.ts';

/**
 * The demo has servers, data and accounts of its own, whatever the settings say; only PORT is kept, unless it is
 * taken and was not asked for.
 */
export async function demoEnvironment(dataDir: string): Promise<Environment> {
  const asked = environmentWith({})['PORT'] ?? '';
  const standard = loadConfig({}).port;
  const own = [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'IMAGE_STORE',
    'ADMIN_LOGIN',
    'HOST',
  ];
  const tuned = [
    'DEFAULT_DESCRIPTOR_VERSION',
    'TASK_QUEUE_PREFIX',
    'GC_WINDOW',
    'BATCH_TARGET_MS',
    'PARTS_PER_RUN',
  ];
  const secrets = ['DATABASE_URL_FILE', 'ADMIN_PASSWORD', 'ADMIN_PASSWORD_FILE', 'TEMPORAL_API_KEY'];
  return {
    ...Object.fromEntries([...own, ...tuned, ...secrets].map((name) => [name, ''])),
    DATA_DIR: dataDir,
    PORT: asked === '' && (await isListening(standard)) ? '0' : asked,
    WORKER_METRICS_PORT: '0',
    EXTRACT_PROCESSES: String(Math.min(4, availableParallelism())),
    // Some hundreds of faces are to be several subtasks.
    PART_SIZE_EXTRACT: '100',
    PART_SIZE_GC: '100',
  };
}
