import { everybody, type Role } from './kinds.ts';
import { accountsSettings } from './accounts.ts';
import { evidenceSettings } from './evidence.ts';
import { httpSettings } from './http.ts';
import { networksSettings } from './networks.ts';
import { samplesSettings } from './samples.ts';
import { serversSettings } from './servers.ts';
import { tasksSettings } from './tasks.ts';
import { telemetrySettings } from './telemetry.ts';

export { defaultAdminLogin, defaultAdminPassword } from './accounts.ts';
export type { Role } from './kinds.ts';

/** Every setting with its rule, default and sentence; `.env.example` is printed from this, in this order. */
export const settings = {
  ...serversSettings,
  ...samplesSettings,
  ...accountsSettings,
  ...evidenceSettings,
  ...httpSettings,
  ...networksSettings,
  ...tasksSettings,
  ...telemetrySettings,
} as const;

type SettingName = keyof typeof settings;

/** What each setting is for, by its name. */
export const settingSentences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, schema.description ?? '']),
);

/** What kinds of process are given a setting: all, unless it is a secret that only some need. */
export function readersOf(name: string): readonly Role[] {
  const meta = name in settings ? settings[name as SettingName].meta() : undefined;
  return (meta?.['readers'] as readonly Role[] | undefined) ?? everybody;
}

/** True for settings that every process of an installation needs alike. */
export function isShared(name: string): boolean {
  return name in settings && settings[name as SettingName].meta()?.['shared'] === true;
}

/** True for settings that may come from a file (`NAME_FILE`) and are never shown. */
export function isSecret(name: string): boolean {
  return name in settings && settings[name as SettingName].meta()?.['secret'] === true;
}
