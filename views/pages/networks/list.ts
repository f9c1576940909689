import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { describedKinds } from '../../../domain/networks/check.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { NetworkVersionShape } from '../../shapes.ts';
import type { UpgradeShape } from '../upgrades/upgradeShape.ts';
import { upgradeCard, type UpgradeCard } from '../upgrades/upgradeCard.ts';
import { isUnderWay } from './checkWords.ts';
import { versionRow, type VersionRow } from './versionRow.ts';

export interface NetworksInput {
  readonly now: Date;
  readonly versions: readonly NetworkVersionShape[];
  /** Newest first. */
  readonly upgrades: readonly UpgradeShape[];
}

export interface NetworksPage {
  readonly head: PageHead;
  readonly rows: readonly VersionRow[];
  readonly upgrades: {
    /** Those that are not over. */
    readonly open: readonly UpgradeCard[];
    readonly earlier: readonly { readonly card: UpgradeCard; readonly who: string; readonly time: Time }[];
    /** Where one begins; null: there is no other version to upgrade to. */
    readonly begin: string | null;
  };
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

/** Seconds: while a check goes on, and until somebody may have ordered one. */
export const lookAgain = { underWay: 2, else: 30 };

export function networksPage({ now, versions, upgrades }: NetworksInput): NetworksPage {
  const open = upgrades.filter(({ end_time }) => end_time === null);
  const goesOn =
    versions.some(({ last_check }) => isUnderWay(last_check)) ||
    open.some(({ state }) => state === 'running');
  const targets = versions.filter(
    (version) => describedKinds(version.networks).length > version.default_of.length,
  );
  return {
    head: { title: 'Networks', section: 'networks' },
    rows: versions.map(versionRow),
    upgrades: {
      open: open.map((upgrade) => upgradeCard(upgrade, now)),
      earlier: upgrades.flatMap((upgrade) =>
        upgrade.end_time === null
          ? []
          : [{ card: upgradeCard(upgrade, now), who: upgrade.login, time: time(upgrade.end_time) }],
      ),
      begin: targets.length === 0 ? null : paths.newUpgrade(),
    },
    events: paths.allTaskEvents,
    lookAgain: goesOn ? lookAgain.underWay : lookAgain.else,
  };
}
