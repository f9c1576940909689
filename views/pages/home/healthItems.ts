import { formatCount } from '../../assets/words.js';
import type { HealthItem } from '../../components/health/health.ts';
import { overdueWords } from './attention.ts';

/** null: no answer in time. */
export interface HealthInput {
  /** What the health checks of the parts that are asked have found. */
  readonly findings:
    | readonly {
        readonly service: string;
        readonly status: 'ok' | 'warning' | 'failed';
        readonly desc: string;
      }[]
    | null;
  /** Processes that are there. */
  readonly workers: { readonly workers: number; readonly extractors: number } | null;
  readonly overdueMessages: number | null;
}

const names: Readonly<Record<string, string>> = {
  api: 'API',
  postgresql: 'Database',
  'sample-store': 'Sample store',
  'sample-files': 'Removed samples',
  'sample-versions': 'Older versions of samples',
  'event-partitions': 'Days of events',
  temporal: 'Temporal',
  clock: 'Clock',
  'worker-clocks': "Workers' clocks",
  'worker-settings': "Workers' settings",
  audit: 'Audit',
};

const wellWords: Readonly<Record<string, string>> = {
  clock: 'right',
  'worker-clocks': 'right',
  'worker-settings': "as the API's",
  audit: 'up to date',
  'sample-files': 'all files gone',
  'sample-versions': 'none kept',
  'event-partitions': 'locks suffice',
};

/** Every part of the service, well or not. */
export function healthItems({ findings, workers, overdueMessages }: HealthInput): HealthItem[] {
  return [
    ...(findings ?? []).map(({ service, status, desc }): HealthItem => {
      const name = names[service] ?? service;
      if (status === 'ok') return { name, text: wellWords[service] ?? 'answers', tone: 'good' };
      return { name, text: desc, tone: 'bad' };
    }),
    there('Workers', workers?.workers),
    there('Extracting workers', workers?.extractors),
    overdueMessages === null
      ? unknown('Messages')
      : overdueMessages === 0
        ? { name: 'Messages', text: 'none overdue', tone: 'good' }
        : { name: 'Messages', text: `${overdueWords(overdueMessages)} overdue`, tone: 'waiting' },
  ];
}

function unknown(name: string): HealthItem {
  return { name, text: 'no answer in time', tone: 'waiting' };
}

function there(name: string, count: number | undefined): HealthItem {
  if (count === undefined) return unknown(name);
  return count === 0 ? { name, text: 'none', tone: 'bad' } : { name, text: formatCount(count), tone: 'good' };
}
