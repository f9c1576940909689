import { formatCount, formatDuration } from '../../assets/words.js';
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
  readonly audit: AuditState;
  /** How events are kept by time; `partitions` is 0 before they are. */
  readonly events: {
    readonly partitions: number;
    readonly until: string | null;
    /** Rows of an earlier release that are on their way; `expected` is an estimate. */
    readonly move: { readonly table: string; readonly copied: number; readonly expected: number } | null;
  };
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  /** Connections to other machines that are not encrypted: the setting, and what to do. */
  readonly plainConnections: readonly { readonly setting: string; readonly sentence: string }[];
}

/** How far seals and feeds are behind the audit. */
interface AuditState {
  readonly unsealed: number;
  readonly unsealed_seconds: number;
  readonly feeds: readonly {
    readonly feed: 'webhook' | 'file';
    readonly behind: number;
    readonly behind_seconds: number;
    readonly sent_time: string | null;
    readonly fault: string | null;
    readonly failures: number;
    readonly next_time: string | null;
  }[];
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
  readonly events: { readonly text: string; readonly until: Time | null };
  readonly seals: { readonly text: string; readonly isLate: boolean };
  readonly feeds: readonly {
    readonly name: string;
    readonly setting: string;
    readonly behind: string;
    readonly since: string;
    /** When something was last delivered. */
    readonly sent: Time | null;
    /** null: the last attempt succeeded. */
    readonly fault: string | null;
    readonly attempts: string;
    readonly next: Time | null;
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
  AUDIT: 'Audit',
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

const feedNames = {
  webhook: ['Webhook', 'AUDIT_WEBHOOK'],
  file: ['File', 'AUDIT_FILE'],
} as const;

// Seals take some seconds.
const sealLateSeconds = 60;

export function settingsPage(input: SettingsInput): SettingsPage {
  const { config, sentences, retention, isUnencrypted, plainConnections, audit } = input;
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
    events: eventsPart(input.events),
    ...auditParts(audit),
    links: { help: paths.help, json: paths.config },
  };
}

function eventsPart({ partitions, until, move }: SettingsInput['events']): SettingsPage['events'] {
  const all = `${formatCount(partitions)} ${partitions === 1 ? 'partition' : 'partitions'}`;
  const moved =
    move === null
      ? ''
      : ` Rows of ${move.table} are being moved: ${formatCount(move.copied)} of about ${formatCount(Math.max(move.expected, move.copied))}.`;
  return {
    text:
      partitions === 0 ? `Events are not partitioned by time yet.${moved}` : `Events are in ${all}.${moved}`,
    until: until === null ? null : time(until),
  };
}

function auditParts({
  unsealed,
  unsealed_seconds,
  feeds,
}: AuditState): Pick<SettingsPage, 'seals' | 'feeds'> {
  const waiting = `${formatCount(unsealed)} ${unsealed === 1 ? 'entry waits' : 'entries wait'} for a seal`;
  return {
    seals: {
      text:
        unsealed === 0
          ? 'All entries of the audit are sealed.'
          : `${waiting}, the oldest for ${formatDuration(unsealed_seconds)}.`,
      isLate: unsealed_seconds > sealLateSeconds,
    },
    feeds: feeds.map((feed) => {
      const [name, setting] = feedNames[feed.feed];
      return {
        ...{ name, setting, behind: formatCount(feed.behind), fault: feed.fault },
        since: feed.behind === 0 ? '–' : formatDuration(feed.behind_seconds),
        sent: feed.sent_time === null ? null : time(feed.sent_time),
        attempts: `${formatCount(feed.failures)} failed ${feed.failures === 1 ? 'attempt' : 'attempts'}`,
        next: feed.next_time === null ? null : time(feed.next_time),
      };
    }),
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
