import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { NetworkVersionShape } from '../../shapes.ts';
import { countWords } from '../home/upgrade.ts';
import { checkWords, isUnderWay, type CheckWords } from './checkWords.ts';

/** A version of descriptors, with what makes them. */
export interface VersionRow {
  readonly version: number;
  readonly href: string;
  readonly isDefault: boolean;
  readonly networks: readonly { readonly name: string; readonly about: string }[];
  readonly stored: string;
  readonly check: (CheckWords & { readonly time: Time; readonly who: string }) | null;
  /** Where a check is ordered; null: it cannot be, or is under way. */
  readonly action: string | null;
  readonly whyNot: string | null;
}

export function versionRow(shape: NetworkVersionShape): VersionRow {
  const { version, networks, faces, events, last_check: check, why_unchecked } = shape;
  const stored = [
    ...(faces.count > 0 ? [`${counted(faces)} ${faces.count === 1 ? 'face' : 'faces'}`] : []),
    ...(events.count > 0 ? [`${counted(events)} ${events.count === 1 ? 'event' : 'events'}`] : []),
  ];
  return {
    version,
    href: paths.network(version),
    isDefault: shape.default_of.length > 0,
    networks: networks.map(({ kind, name, descriptor_length: length, server }) => ({
      name,
      about: [
        ...(kind === 'attributes' ? ['attributes'] : [`${kind} descriptors of ${length ?? 0} numbers`]),
        server === null ? 'run by the workers' : `asked at ${server}`,
      ].join(', '),
    })),
    stored: stored.join(', ') || 'none',
    check:
      check === null
        ? null
        : {
            ...checkWords(check),
            time: time(check.end_time ?? check.start_time ?? check.create_time),
            who: check.login,
          },
    action: why_unchecked === null && !isUnderWay(check) ? paths.checkNetwork(version) : null,
    whyNot: why_unchecked,
  };
}

const counted = ({ count, exact }: NetworkVersionShape['faces']): string =>
  countWords({ count, isExact: exact });
