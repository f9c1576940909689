import type { UpgradeAction } from '../../../domain/upgrades/actions.ts';
import type {
  StepState,
  UpgradeObjects,
  UpgradeSettings,
  UpgradeState,
  UpgradeStep,
} from '../../../domain/upgrades/upgrade.ts';
import type { ProgressShape } from '../../shapes.ts';

/** A change of networks, from one version to the next. */
export interface UpgradeShape {
  readonly upgrade_id: number;
  readonly kind: 'face' | 'body';
  readonly objects: readonly UpgradeObjects[];
  readonly from_version: number;
  readonly to_version: number;
  readonly state: UpgradeState;
  readonly step: UpgradeStep;
  readonly waits_for: 'approval' | 'decision' | null;
  readonly reasons: readonly string[];
  readonly actions: readonly UpgradeAction[];
  readonly progress: ProgressShape | null;
  /** Until when what it has removed can be put back. */
  readonly undo_until: string | null;
  /** Whose tasks `progress` counts, and which these are. */
  readonly counted_step: UpgradeStep | null;
  readonly task_ids: readonly number[];
  readonly settings: UpgradeSettings;
  readonly login: string;
  readonly create_time: string;
  readonly end_time: string | null;
}

export interface UpgradeStepShape {
  readonly step: UpgradeStep;
  readonly state: StepState;
  readonly reasons: readonly string[];
  readonly decided_by: string | null;
  readonly check_id: number | null;
  readonly due_time: string | null;
  readonly start_time: string | null;
  readonly end_time: string | null;
}
