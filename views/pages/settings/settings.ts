import { formatCount } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface SettingsInput {
  /** Settings by section and name, secrets masked: what the API answers. */
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What each setting is for, by its name. */
  readonly sentences: Readonly<Record<string, string>>;
  /** What was removed because it was old; `run_time` is null before the first look. */
  readonly retention: readonly RetentionShape[];
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  /** Connections to other machines that are not encrypted: the setting, and what to do. */
  readonly plainConnections: readonly { readonly setting: string; readonly sentence: string }[];
}

interface RetentionShape {
  readonly kind: string;
  readonly run_time: string | null;
  readonly removed: number;
  readonly removed_ever: number;
}

export interface SettingsPage {
  readonly head: PageHead;
  readonly isUnencrypted: boolean;
  readonly plainConnections: SettingsInput['plainConnections'];
  readonly sections: readonly SettingsSection[];
  readonly retention: readonly {
    readonly name: string;
    readonly kept: string;
    readonly time: Time | null;
    readonly removed: string;
    readonly removedEver: string;
  }[];
  readonly links: { readonly help: string; readonly json: string };
}

interface SettingsSection {
  readonly id: string;
  readonly title: string;
  readonly settings: readonly {
    readonly name: string;
    /** null: it is not set. */
    readonly value: string | null;
    readonly sentence: string;
  }[];
}

const titles: Readonly<Record<string, string>> = {
  HTTP_SERVER: 'HTTP server',
  DATABASE: 'Database',
  TEMPORAL: 'Temporal',
  SAMPLE_STORE: 'Samples',
  ACCOUNTS: 'Accounts',
  DESCRIPTORS: 'Descriptors',
  TASKS: 'Tasks',
  NOTIFICATIONS: 'Notifications',
  METRICS: "Workers' metrics",
  RETENTION: 'Retention',
  LOGGER: 'Log',
  OTHER: 'Other',
};

const kinds: Readonly<Record<string, readonly [name: string, kept: string]>> = {
  audit: ['Audit entries', 'as AUDIT_RETENTION_DAYS says'],
  errors: ['Resolved errors', 'as ERROR_RETENTION_DAYS says'],
  results: ['Results', 'as RESULT_RETENTION_DAYS says'],
  tasks: ['Ended tasks', 'as TASK_RETENTION_DAYS says'],
  sessions: ['Sessions', 'until they end'],
  login_limits: ['Failed log-ins', 'five minutes'],
  audit_views: ['Marks of looks at pictures and results', 'one day'],
};

export function settingsPage(input: SettingsInput): SettingsPage {
  const { config, sentences, retention, isUnencrypted, plainConnections } = input;
  return {
    head: { title: 'Settings', section: 'help' },
    ...{ isUnencrypted, plainConnections },
    sections: Object.entries(titles).flatMap(([key, title]) => {
      const settings = Object.entries(config[key] ?? {}).map(([name, value]) => ({
        name,
        value: textOf(value),
        sentence: sentences[name] ?? '',
      }));
      return settings.length === 0 ? [] : [{ id: key.toLowerCase(), title, settings }];
    }),
    retention: retention.map(({ kind, run_time, removed, removed_ever }) => {
      const [name, kept] = kinds[kind] ?? [kind, '–'];
      return {
        ...{ name, kept, time: run_time === null ? null : time(run_time) },
        ...{ removed: formatCount(removed), removedEver: formatCount(removed_ever) },
      };
    }),
    links: { help: paths.help, json: paths.config },
  };
}

function textOf(value: unknown): string | null {
  if (value === null || value === '') return null;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item)));
    return items.length === 0 ? null : items.join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
