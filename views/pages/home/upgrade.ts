import { noNetwork } from '../faces/networkName.ts';
import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';

export interface CountedShape {
  readonly count: number;
  readonly isExact: boolean;
}

export interface UpgradeInput {
  readonly versions: readonly (CountedShape & { readonly version: number })[];
  readonly faces: CountedShape;
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
  /** The page of its network, with the last check. */
  readonly href: string;
  /** Where the missing ones can be extracted; null where nothing is missing or no network is at hand. */
  readonly extract: string | null;
}

export interface Upgrade {
  /** What the shares are of. */
  readonly shareOf: string;
  readonly rows: readonly VersionRow[];
  /** What somebody should know of the default version. */
  readonly note: string | null;
}

/**
 * The state of a change of networks: which faces have the default version, and how many of them lack each other. Where
 * no face has it any more, as after the change, each version is compared with all faces.
 */
export function upgrade({ versions, faces, defaultVersion, extractors }: UpgradeInput): Upgrade {
  const found = versions.find(({ version }) => version === defaultVersion) ?? { count: 0, isExact: true };
  const isGone = found.count === 0 && versions.some(({ count }) => count > 0);
  const base = isGone ? faces : found;
  // Only then none of another version can be on a face without the default one, and hide one that lacks it.
  const isWhole = base.count === faces.count || !base.isExact;
  const others = versions.filter(({ version }) => version !== defaultVersion);
  const row = ({ version, ...counted }: CountedShape & { version: number }): VersionRow => {
    const network = extractors.find((one) => one.version === version)?.name;
    const left = Math.max(0, base.count - counted.count);
    const isDefault = version === defaultVersion;
    const share = base.count === 0 ? 0 : Math.min(100, (100 * counted.count) / base.count);
    return {
      name: `Version ${version}`,
      href: paths.network(version),
      network: network ?? noNetwork,
      isDefault,
      count: countWords(counted),
      // 100 is said only when none is missing.
      percent: Math.floor(share),
      width: share.toFixed(2),
      missing:
        isDefault && !isGone
          ? ''
          : left === 0
            ? isWhole
              ? 'none missing'
              : `no fewer than version ${defaultVersion}`
            : `${isWhole ? '' : 'at least '}${countWords({ count: left, isExact: base.isExact && counted.isExact })} missing`,
      // Only faces of the default version can be extracted anew.
      extract:
        isDefault || isGone || left === 0 || network === undefined
          ? null
          : paths.newTask('extract-faces', { descriptor_version: version }),
    };
  };
  return {
    shareOf: isGone ? 'Share of all faces' : `Share of version ${defaultVersion}'s faces`,
    rows: [row({ version: defaultVersion, ...found }), ...others.map(row)],
    note: isGone
      ? `No face has the default version, ${defaultVersion}. Make the version in use the default on the Networks page: only faces that have the default version can be extracted.`
      : null,
  };
}

const rough = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 });

/** An estimate is said to be one, and not to a digit that it does not know. */
export function countWords({ count, isExact }: CountedShape): string {
  return isExact ? formatCount(count) : `≈\u00a0${rough.format(count)}`;
}
