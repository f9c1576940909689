import { describedKinds } from '../../../domain/networks/check.ts';
import { paths } from '../../paths.ts';
import type { NetworkVersionShape } from '../../shapes.ts';
import { countWords } from '../home/upgrade.ts';

/** A button that makes a version the default of a kind of descriptors. */
export interface DefaultSwitch {
  readonly action: string;
  readonly kind: 'face' | 'body';
  readonly text: string;
  /** What it changes. */
  readonly note: string;
}

export function switchesTo(
  version: NetworkVersionShape,
  defaults: readonly NetworkVersionShape[],
): DefaultSwitch[] {
  return describedKinds(version.networks)
    .filter((kind) => !version.default_of.includes(kind))
    .map((kind) => ({
      ...{ action: paths.makeDefault(version.version), kind },
      text: `Make it the default for ${kind === 'face' ? 'faces' : 'bodies'}`,
      note: noteOf(
        version,
        kind,
        defaults.find(({ default_of }) => default_of.includes(kind)),
      ),
    }));
}

function noteOf(
  version: NetworkVersionShape,
  kind: 'face' | 'body',
  present: NetworkVersionShape | undefined,
): string {
  const change = `Extracts then select objects that have version ${version.version}, and imports create it. You can switch the default back.`;
  // Of bodies the events alone are counted, with those that have a face of the same version.
  if (present === undefined || kind === 'body') return change;
  const count = present.faces.count - version.faces.count;
  if (count <= 0) return change;
  const isExact = present.faces.exact && version.faces.exact;
  const lacking = `${countWords({ count, isExact })} faces of version ${present.version}`;
  return `${isExact ? 'At least ' : ''}${lacking} lack it: extract them first, or no extract will select them. ${change}`;
}
