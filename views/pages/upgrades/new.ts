import { upgradeSteps } from '../../../domain/upgrades/upgrade.ts';
import { errorSummary, type ErrorSummary } from '../../components/errorSummary/errorSummary.ts';
import {
  checksField,
  nothingTyped,
  selectField,
  textField,
  type FieldGroup,
  type Option,
  type Typed,
} from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface NewUpgradeInput {
  readonly typed?: Typed;
  /** Those that a network makes here, with its name. */
  readonly extractors: readonly { readonly version: number; readonly kind: string; readonly name: string }[];
  readonly defaultVersions: Readonly<Record<'face' | 'body', number>>;
}

export interface NewUpgradePage {
  readonly head: PageHead;
  readonly summary: ErrorSummary | null;
  readonly groups: readonly FieldGroup[];
  readonly action: string;
  readonly cancel: string;
}

export const objectsBox = (objects: 'faces' | 'events'): string => `of_${objects}`;
export const approvalBox = (step: string): string => `approve_${step}`;

export function newUpgradePage({
  typed = nothingTyped,
  extractors,
  defaultVersions,
}: NewUpgradeInput): NewUpgradePage {
  const groups = [whatOf(typed, extractors, defaultVersions), gatesOf(typed), paceOf(typed)];
  return {
    head: { title: 'New upgrade', section: 'networks' },
    groups,
    summary: errorSummary(
      typed,
      groups.flatMap(({ fields }) => fields),
    ),
    action: paths.newUpgrade(),
    cancel: paths.networks,
  };
}

function whatOf(
  typed: Typed,
  extractors: NewUpgradeInput['extractors'],
  defaults: NewUpgradeInput['defaultVersions'],
): FieldGroup {
  const kinds = (['face', 'body'] as const).filter((kind) => extractors.some((one) => one.kind === kind));
  const chosen = kinds.find((kind) => kind === typed.values['kind']) ?? 'face';
  const targets: Option[] = extractors
    .filter(
      ({ kind, version }) => kind !== 'attributes' && version !== defaults[kind === 'body' ? 'body' : 'face'],
    )
    .sort((one, other) => one.version - other.version)
    .map(({ version, kind, name }) => ({
      value: String(version),
      text: `Version ${version}: ${name}${kind === 'body' ? ', of bodies' : ''}`,
    }));
  return {
    title: 'What',
    hint: `From version ${defaults[chosen]}, the default, to another one.`,
    fields: [
      selectField(typed, 'to_version', 'To version', {
        options: targets,
        // The newest.
        initial: targets.at(-1)?.value ?? '',
      }),
      ...(kinds.length > 1
        ? [
            selectField(typed, 'kind', 'Descriptors of', {
              options: kinds.map((kind) => ({ value: kind, text: kind === 'face' ? 'Faces' : 'Bodies' })),
              initial: 'face',
            }),
          ]
        : []),
      checksField(
        typed,
        'objects',
        'Objects',
        (['faces', 'events'] as const).map((one) => ({
          name: objectsBox(one),
          label: one === 'faces' ? 'Faces' : 'Events',
          initial: true,
        })),
      ),
    ],
  };
}

function gatesOf(typed: Typed): FieldGroup {
  return {
    title: 'When it continues',
    hint: 'Each step starts automatically when the previous one satisfies the rules. Otherwise the upgrade waits for you.',
    fields: [
      checksField(
        typed,
        'approve_before',
        'Wait for my approval before',
        upgradeSteps.map((step) => ({
          name: approvalBox(step),
          label: `${step.charAt(0).toUpperCase()}${step.slice(1)}`,
          initial: step === 'switch' || step === 'remove',
        })),
      ),
      textField(typed, 'min_coverage', 'Minimum coverage', {
        hint: 'From 0 to 1; empty: 0.99.',
      }),
      textField(typed, 'max_failed', 'Maximum share of failures', { hint: 'From 0 to 1; empty: 0.01.' }),
      textField(typed, 'watch_for', 'Watch before the old version is removed', {
        hint: 'Such as 30m, 12h or 14d; empty: 7d.',
        maxlength: 7,
      }),
      textField(typed, 'undo_window', 'Undo window of the removal', {
        hint: 'Such as 12h or 30d; empty: 7d. Removed descriptors need disk space until then; "none" removes them permanently.',
        maxlength: 7,
      }),
    ],
  };
}

function paceOf(typed: Typed): FieldGroup {
  return {
    title: 'Its tasks',
    hint: null,
    fields: [
      textField(typed, 'objects_per_second', 'Maximum objects per second', {
        kind: 'number',
        hint: 'Empty: no limit.',
      }),
      textField(typed, 'priority', 'Priority', { kind: 'number', hint: '1 goes first, 5 last; empty: 3.' }),
    ],
  };
}
