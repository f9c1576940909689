import { totalmem } from 'node:os';

const megabyte = 1024 * 1024;

/** Server settings for long set-based deletes beside quick reads; `overrides` win (benchmarks, tests). */
export function postgresSettings(overrides: Readonly<Record<string, string>> = {}): string[] {
  const memory = Math.floor(totalmem() / megabyte);
  const buffers = Math.min(512, Math.max(128, Math.floor(memory / 8)));
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // A statement over all days of events takes a lock for each of their partitions and indexes: 13 a day.
    max_locks_per_transaction: '256',
    shared_buffers: `${buffers}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(memory / 2))}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    random_page_cost: '1.1',
    jit: 'off',
    // Nothing replicates from an embedded server, and the minimal level spares the log of bulk loads.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    // Compressing page images with pglz costs more than half of a gc's time, and the package's build has no lz4.
    wal_compression: 'off',
    // Four deletes at once fill the default of 16 MB and wait for each other's log to be written.
    wal_buffers: '128MB',
    synchronous_commit: 'on',
    fsync: 'on',
    autovacuum_naptime: '20s',
    autovacuum_vacuum_scale_factor: '0.1',
    autovacuum_vacuum_cost_limit: '1000',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    timezone: 'UTC',
    ...overrides,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
