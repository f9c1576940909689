import { durationMs } from '../duration.ts';
import { DomainError } from '../errors.ts';
import { undoWindowMs } from '../gc/gcContent.ts';
import type { DefaultVersions, DescribedKind } from '../extract/networks.ts';

/** From the first to the last. A step begins when the one before has ended, and satisfies the rules or an admin. */
export const upgradeSteps = ['check', 'extract', 'verify', 'switch', 'watch', 'remove'] as const;
export type UpgradeStep = (typeof upgradeSteps)[number];

/** `waiting`: for an admin; which step, and why, its newest step says. */
export type UpgradeState = 'running' | 'waiting' | 'paused' | 'rolling_back' | 'rolled_back' | 'done';

/** `waiting`: for an approval before it begins. `undecided`: it has ended, and what it found does not satisfy the rules. */
export type StepState = 'waiting' | 'running' | 'undecided' | 'done';

export type UpgradeObjects = 'faces' | 'events';

export interface UpgradeRef {
  readonly upgradeId: number;
}

/** As stored and shown; the request with its defaults. */
export interface UpgradeSettings {
  /** Steps that need an admin's approval before they start. */
  readonly approve_before: readonly UpgradeStep[];
  /** Share of the objects that must have the new version, 0..1, of each kind of objects. */
  readonly min_coverage: number;
  /** Error budget, 0..1; of the samples that are tried, too. */
  readonly max_failed: number;
  /** How long late objects are looked for after the switch, before the old version is removed. */
  readonly watch_seconds: number;
  /** How long what is removed can be put back; null: it cannot. */
  readonly undo_window: string | null;
  readonly objects_per_second: number | null;
  readonly error_budget: number | null;
  /** 1 goes first, 5 last. */
  readonly priority: number;
}

export interface UpgradeContent {
  readonly kind: DescribedKind;
  readonly objects: readonly UpgradeObjects[];
  readonly fromVersion: number;
  readonly toVersion: number;
  readonly settings: UpgradeSettings;
}

/** What a client may send; its shape is already validated against the OpenAPI document. */
export interface UpgradeRequest {
  readonly to_version: number;
  readonly kind?: DescribedKind;
  readonly from_version?: number;
  readonly objects?: readonly UpgradeObjects[];
  readonly approve_before?: readonly UpgradeStep[];
  readonly min_coverage?: number;
  readonly max_failed?: number;
  readonly watch_for?: string;
  readonly undo_window?: string | null;
  readonly objects_per_second?: number | null;
  readonly error_budget?: number | null;
  readonly priority?: number;
}

export interface UpgradeSurroundings {
  readonly defaultVersions: DefaultVersions;
  hasExtractor(version: number, kind: DescribedKind): boolean;
}

/** @throws DomainError validationFailed | noExtractor, naming the path */
export function freezeUpgrade(request: UpgradeRequest, around: UpgradeSurroundings): UpgradeContent {
  const kind = request.kind ?? 'face';
  const toVersion = request.to_version;
  const fromVersion = request.from_version ?? around.defaultVersions[kind];
  if (fromVersion === toVersion) {
    throw new DomainError('validationFailed', {
      path: 'to_version',
      message: `${toVersion} is the version to upgrade from`,
    });
  }
  if (!around.hasExtractor(toVersion, kind)) {
    throw new DomainError('noExtractor', {
      path: 'to_version',
      message: `no network computes ${kind} descriptors of version ${toVersion}`,
    });
  }
  const objects = [...new Set(request.objects ?? (kind === 'face' ? ['faces', 'events'] : ['events']))];
  if (kind === 'body' && objects.includes('faces')) {
    throw new DomainError('validationFailed', {
      path: 'objects',
      message: 'faces have no body descriptors',
    });
  }
  const undo_window = request.undo_window === undefined ? '7d' : request.undo_window;
  if (undo_window !== null) undoWindowMs(undo_window);
  const approved = request.approve_before ?? ['switch', 'remove'];
  return {
    ...{ kind, fromVersion, toVersion },
    objects: objects as UpgradeObjects[],
    settings: {
      approve_before: upgradeSteps.filter((step) => approved.includes(step)),
      min_coverage: request.min_coverage ?? 0.99,
      max_failed: request.max_failed ?? 0.01,
      watch_seconds: durationMs(request.watch_for ?? '7d', 'watch_for') / 1_000,
      undo_window,
      objects_per_second: request.objects_per_second ?? null,
      error_budget: request.error_budget ?? null,
      priority: request.priority ?? 3,
    },
  };
}

/** null: it was the last. */
export function stepAfter(step: UpgradeStep): UpgradeStep | null {
  return upgradeSteps[upgradeSteps.indexOf(step) + 1] ?? null;
}
