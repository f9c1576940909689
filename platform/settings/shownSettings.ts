import type { Config } from '../config.ts';
import { isSecret, isShared, settings } from './settings.ts';

export type ShownSettings = Readonly<Record<string, unknown>>;

const mask = '*****';

/** Every setting by the name of its variable, for people: secrets are masked, what is not set is null. */
export function showSettings(config: Config): ShownSettings {
  return Object.fromEntries(
    Object.keys(settings).map((name) => {
      const value: unknown = config[camelCase(name) as keyof Config];
      if (value === undefined) return [name, null];
      return [name, isSecret(name) ? mask : withoutUserInfo(value)];
    }),
  );
}

/** Those that every process of an installation needs alike. */
export function sharedSettings(config: Config): ShownSettings {
  return Object.fromEntries(Object.entries(showSettings(config)).filter(([name]) => isShared(name)));
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** An address that is no secret may still hold a password. */
function withoutUserInfo(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/(?<=:\/\/)[^/@\s]*(?=@)/, mask) : value;
}
