import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';

export interface CountedShape {
  readonly count: number;
  readonly isExact: boolean;
}

export interface UpgradeInput {
  readonly versions: readonly (CountedShape & { readonly version: number })[];
  readonly defaultVersion: number;
  readonly extractors: readonly { readonly version: number; readonly name: string }[];
}

/** How far one version of descriptors has come, beside the default one. */
export interface VersionRow {
  readonly name: string;
  readonly network: string;
  readonly isDefault: boolean;
  readonly count: string;
  readonly percent: number;
  /** Of the bar, in percent. */
  readonly width: string;
  readonly missing: string;
  /** Where the missing ones can be extracted; null where nothing is missing or no network is at hand. */
  readonly extract: string | null;
}

/** The state of a change of networks: which faces have the default version, and how many of them lack each other. */
export function upgrade({ versions, defaultVersion, extractors }: UpgradeInput): VersionRow[] {
  const base = versions.find(({ version }) => version === defaultVersion) ?? { count: 0, isExact: true };
  const others = versions.filter(({ version }) => version !== defaultVersion);
  const row = ({ version, ...counted }: CountedShape & { version: number }): VersionRow => {
    const network = extractors.find((one) => one.version === version)?.name;
    const left = Math.max(0, base.count - counted.count);
    const share = base.count === 0 ? 0 : Math.min(100, (100 * counted.count) / base.count);
    const isDefault = version === defaultVersion;
    return {
      name: `Version ${version}`,
      network: network ?? 'no network at hand',
      isDefault,
      count: countWords(counted),
      // 100 is said only when none is missing.
      percent: Math.floor(share),
      width: share.toFixed(2),
      missing: isDefault
        ? ''
        : left === 0
          ? 'none missing'
          : `${countWords({ count: left, isExact: base.isExact && counted.isExact })} missing`,
      extract: isDefault || left === 0 || network === undefined ? null : paths.newTask('extract'),
    };
  };
  return [row({ version: defaultVersion, ...base }), ...others.map(row)];
}

const rough = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 });

/** An estimate is said to be one, and not to a digit that it does not know. */
export function countWords({ count, isExact }: CountedShape): string {
  return isExact ? formatCount(count) : `≈ ${rough.format(count)}`;
}
