import type { ExtractSurroundings } from '../../domain/extract/extractContent.ts';
import type { StepInquiry } from '../../domain/upgrades/stepReport.ts';
import type { DescribedKind } from '../../domain/extract/networks.ts';
import type { Actor } from '../audit/auditStore.ts';
import type { DefaultVersionStore } from '../networks/defaultVersionStore.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import type { Sql } from '../sql/connection.ts';
import type { StepRow, UpgradeRow } from './upgradeRow.ts';

export interface StepDeps {
  readonly defaultVersions: Pick<DefaultVersionStore, 'read' | 'switchTo'>;
  readonly abilities: Pick<ExtractSurroundings, 'attributesVersion' | 'hasExtractor'>;
  /** Null: the removal of a version needs no approval. */
  readonly approvalRule: ApprovalRule | null;
  /** Whether a worker has the file of a network, so that it can be checked. */
  hasFile(version: number, kind: DescribedKind): boolean;
}

/** What a step works with, in one transaction. */
export interface StepContext {
  readonly tx: Sql;
  readonly upgrade: UpgradeRow;
  readonly step: StepRow;
  readonly deps: StepDeps;
}

/** `hasBegunTasks`: some have just been made, and nobody has started them. */
export interface Wait {
  readonly kind: 'wait';
  readonly seconds: number;
  readonly hasBegunTasks?: true;
}

export const tasksBegun: Wait = { kind: 'wait', seconds: 1, hasBegunTasks: true };

/** Where a step has come. It may be looked at any number of times. */
export type StepLook =
  | Wait
  /** A worker has to find something out first. */
  | { readonly kind: 'inquire'; readonly inquiry: StepInquiry }
  /** `reasons`: sentences; without any the next step may begin. */
  | { readonly kind: 'ended'; readonly reasons: readonly string[] };

/** Whoever has ordered the upgrade: its tasks are theirs. */
export function ordererOf({ createdBy, createdByLogin }: UpgradeRow): Actor {
  return { accountId: createdBy, login: createdByLogin, requestId: null, remoteAddress: null };
}

/** Something short is looked at often, and something long is not. */
export async function waitForStep({ tx, step }: Pick<StepContext, 'tx' | 'step'>): Promise<StepLook> {
  const [row] = await tx.query<{ age: number }>(
    'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 age',
    [step.startTime],
  );
  return { kind: 'wait', seconds: Math.min(15, Math.max(1, (row?.age ?? 0) / 20)) };
}
