import type { NetworkReport } from '../../../domain/networks/report.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { NetworkCheckShape, NetworkVersionShape } from '../../shapes.ts';
import { checkWords, isUnderWay, type CheckWords } from './checkWords.ts';
import { lookAgain } from './list.ts';
import { reportView, type ReportView } from './reportView.ts';
import { switchesTo, type DefaultSwitch } from './switches.ts';
import { versionRow, type VersionRow } from './versionRow.ts';

export interface NetworkInput {
  readonly version: NetworkVersionShape;
  /** Newest first. */
  readonly checks: readonly {
    readonly check: NetworkCheckShape;
    readonly reports: readonly NetworkReport[] | null;
  }[];
  /** The versions that are the default of something. */
  readonly defaults: readonly NetworkVersionShape[];
}

export interface NetworkPage {
  readonly head: PageHead;
  readonly row: VersionRow;
  /** What it can be made the default of. */
  readonly switches: readonly DefaultSwitch[];
  /** The newest with reports; it stays while the next check goes on. */
  readonly told: { readonly time: Time; readonly reports: readonly ReportView[] } | null;
  readonly earlier: readonly (CheckWords & { readonly time: Time; readonly who: string })[];
  /** Where its descriptors can be made; null: nothing makes any. */
  readonly extract: string | null;
  readonly networks: string;
  readonly json: string;
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

export function networkPage({ version, checks, defaults }: NetworkInput): NetworkPage {
  const told = checks.find(({ reports }) => reports !== null);
  const describes = version.networks.find(({ kind }) => kind !== 'attributes');
  return {
    head: { title: `Version ${version.version}`, section: 'networks' },
    row: versionRow(version),
    switches: switchesTo(version, defaults),
    told:
      told === undefined
        ? null
        : {
            time: time(told.check.end_time ?? told.check.create_time),
            reports: (told.reports ?? []).map(reportView),
          },
    earlier: checks.slice(1).map(({ check }) => ({
      ...checkWords(check),
      time: time(check.end_time ?? check.create_time),
      who: check.login,
    })),
    extract:
      describes === undefined
        ? null
        : paths.newTask(describes.kind === 'body' ? 'extract-events' : 'extract-faces', {
            descriptor_version: version.version,
            ...(describes.kind === 'body' ? { extraction_target: 'body_descriptor' } : {}),
          }),
    networks: paths.networks,
    json: paths.networkJson(version.version),
    events: paths.allTaskEvents,
    lookAgain: isUnderWay(version.last_check) ? lookAgain.underWay : lookAgain.else,
  };
}
