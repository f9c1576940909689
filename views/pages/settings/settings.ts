import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface SettingsInput {
  /** Settings by section and name, secrets masked: what the API answers. */
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What each setting is for, by its name. */
  readonly sentences: Readonly<Record<string, string>>;
}

export interface SettingsPage {
  readonly head: PageHead;
  readonly sections: readonly SettingsSection[];
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
  LOGGER: 'Log',
  OTHER: 'Other',
};

export function settingsPage({ config, sentences }: SettingsInput): SettingsPage {
  return {
    head: { title: 'Settings', section: 'help' },
    sections: Object.entries(titles).flatMap(([key, title]) => {
      const settings = Object.entries(config[key] ?? {}).map(([name, value]) => ({
        name,
        value: textOf(value),
        sentence: sentences[name] ?? '',
      }));
      return settings.length === 0 ? [] : [{ id: key.toLowerCase(), title, settings }];
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
