import type { DefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import type { Stores } from '../../db/stores.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import type { KnownNetwork } from '../../domain/networks/check.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { HealthCheck } from '../../platform/healthChecks.ts';
import type { AccountActions } from '../accounts/actions.ts';
import type { PasswordRules } from '../accounts/auth/passwordRules.ts';
import type { TokenActions } from '../accounts/tokens/actions.ts';
import type { ApprovalActions } from '../approvals/actions.ts';
import type { SearchDocuments } from '../documents/search/documentSearch.ts';
import type { ContractPath } from '../http/contract/contract.ts';
import type { Clock } from '../http/instants.ts';
import type { NotificationPoliciesDeps } from '../notifications/policies.ts';
import type { ErasureActions } from '../erasure/actions.ts';
import type { MaintenanceActions } from '../maintenance/actions.ts';
import type { NetworkActions } from '../networks/actions.ts';
import type { ScheduleActions } from '../schedules/actions.ts';
import type { UpgradeActions } from '../upgrades/actions.ts';
import type { TaskActions } from '../tasks/actions.ts';
import type { PreviewTask } from '../tasks/previewTask.ts';

type NotForPages =
  | 'accountIdentities'
  | 'accounts'
  | 'apiTokens'
  | 'audit'
  | 'auditFeeds'
  | 'certificates'
  | 'heldTasks'
  | 'loginNetworks'
  | 'passkeys'
  | 'secondFactors'
  | 'maintenance'
  | 'networkChecks'
  | 'schedules'
  | 'stats'
  | 'tasks'
  | 'tokenLookUp'
  | 'upgrades'
  | 'watched'
  | 'workers';

/** What pages and streams read and do. The same queries as behind the JSON operations; changes are made by actions. */
export interface PageSources extends Omit<Stores, NotForPages>, NotificationPoliciesDeps {
  /** The task's workflow in Temporal Web UI; null: nobody has said where they are. */
  workflowUrl(ref: TaskRef): string | null;
  readonly images: Pick<ImageStore, 'get' | 'check' | 'keepsVersions'>;
  readonly taskActions: TaskActions;
  readonly approvalActions: ApprovalActions;
  readonly previewTask: PreviewTask;
  readonly scheduleActions: ScheduleActions;
  readonly maintenanceActions: MaintenanceActions;
  readonly networkActions: NetworkActions;
  readonly upgradeActions: UpgradeActions;
  readonly accountActions: AccountActions;
  readonly erasureActions: ErasureActions;
  readonly tokenActions: TokenActions;
  readonly passwordRules: PasswordRules;
  readonly contract: readonly ContractPath[];
  readonly clock: Clock;
  readonly searchDocuments: SearchDocuments;
  readonly checks: readonly HealthCheck[];
  readonly defaultVersions: DefaultVersionStore;
  /** Every network that is at hand, as EXTRACTORS_FILE says. */
  readonly extractors: readonly KnownNetwork[];
}
