import type { Stores } from '../db/stores.ts';
import { abilitiesOf } from '../domain/extract/networks.ts';
import type { Config } from '../platform/config.ts';
import type { Passwords } from '../platform/crypto/passwords.ts';
import { createAccountActions } from './accounts/actions.ts';
import { createAuthenticator, type Authenticator } from './accounts/auth/authenticator.ts';
import { createLoginQueue } from './accounts/auth/loginQueue.ts';
import { createTokenAuthenticator } from './accounts/auth/tokenAuthenticator.ts';
import { createSessionAudit } from './accounts/auth/sessionAudit.ts';
import { createCodes } from './accounts/secondFactor/codes.ts';
import { createPasskeyCeremonies } from './accounts/secondFactor/passkeyCeremonies.ts';
import { createSecondFactorRule } from './accounts/secondFactor/rule.ts';
import type { SecretBox } from '../platform/crypto/secretBox.ts';
import { createGuesses } from './accounts/auth/guesses.ts';
import type { LoginDelay } from './accounts/auth/loginDelay.ts';
import type { LoginLimit } from './accounts/auth/loginLimit.ts';
import { createErasureActions, type ErasureDeps } from './erasure/actions.ts';
import type { SessionSettings } from './http/middleware/session.ts';
import type { PagesDeps } from './pages.ts';
import { createPreviewTask } from './tasks/previewTask.ts';
import type { ClaimRules } from '../domain/accounts/claims.ts';
import { createOidcProvider, type OidcSettings } from './accounts/oidc/provider.ts';
import { createOidcSignIn } from './accounts/oidc/signIn.ts';
import { createTokenActions } from './accounts/tokens/actions.ts';
import type { ApprovalRule } from '../domain/approvals/approval.ts';
import { createApprovalActions } from './approvals/actions.ts';
import { createMaintenanceActions, type MaintenanceActionsDeps } from './maintenance/actions.ts';
import { createNetworkActions, type NetworkActionsDeps } from './networks/actions.ts';
import { createUpgradeActions, type UpgradeActionsDeps } from './upgrades/actions.ts';
import { createPolicyReader } from './notifications/policies.ts';
import { createScheduleActions } from './schedules/actions.ts';
import { createTaskActions, type TaskActionsDeps } from './tasks/actions.ts';

/** Of what pages need, that which is made here and by `createApp`. */
type Made =
  | 'accountActions'
  | 'approvalActions'
  | 'authenticator'
  | 'codes'
  | 'guesses'
  | 'inTurn'
  | 'limits'
  | 'passkeyCeremonies'
  | 'secondFactorRule'
  | 'contract'
  | 'erasureActions'
  | 'maintenanceActions'
  | 'networkActions'
  | 'oidc'
  | 'previewTask'
  | 'scheduleActions'
  | 'searchDocuments'
  | 'session'
  | 'sessionAudit'
  | 'taskActions'
  | 'tokenActions'
  | 'tokenAuthenticator'
  | 'upgradeActions';

export interface ServicesDeps
  extends
    Pick<
      Stores,
      | 'accountIdentities'
      | 'accounts'
      | 'apiTokens'
      | 'audit'
      | 'certificates'
      | 'maintenance'
      | 'networkChecks'
      | 'schedules'
      | 'tasks'
      | 'tokenLookUp'
      | 'upgrades'
    >,
    Omit<PagesDeps, Made | 'accountIdentities'>,
    Pick<ErasureDeps, 'signingKey'>,
    Pick<MaintenanceActionsDeps, 'followMaintenance' | 'startNext'> {
  readonly gateway: TaskActionsDeps['gateway'] &
    NetworkActionsDeps['gateway'] &
    UpgradeActionsDeps['gateway'];
  readonly session: SessionSettings;
  readonly passwords: Passwords;
  readonly loginLimit: LoginLimit;
  readonly loginDelay: LoginDelay;
  readonly secretBox: SecretBox;
  readonly requireSecondFactor: Config['requireSecondFactor'];
  /** null: passkeys are bound to the host of the request. */
  readonly passkeyDomain: string | null;
  /** Who may use a password; empty: everybody. */
  readonly passwordLogins: readonly string[];
  /** null: nobody has set one up. */
  readonly oidcSettings: (OidcSettings & { readonly name: string; readonly rules: ClaimRules }) | null;
  readonly basicAttributesVersion: number;
  /** From when on a removal needs another administrator; null: never. */
  readonly approvalRule: ApprovalRule | null;
}

/** What the service can do, for pages and JSON alike. */
export function createServices(deps: ServicesDeps, contract: PagesDeps['contract']) {
  const { accounts, passwords } = deps;
  const guesses = createGuesses(deps.loginLimit, deps.loginDelay);
  const authenticator = createAuthenticator({
    accounts,
    passwords,
    guesses,
    clock: deps.clock,
    passwordLogins: deps.passwordLogins,
  });
  const tokenActions = createTokenActions({ apiTokens: deps.apiTokens, contract });
  const tokenAuthenticator = createTokenAuthenticator(deps);
  const inTurn = createLoginQueue();
  const sessionAudit = createSessionAudit(deps);
  const codes = createCodes(deps);
  const secondFactorRule = createSecondFactorRule(deps.requireSecondFactor);
  const accountActions = createAccountActions({
    ...{ accounts, passwords, authenticator },
    ...{ sessionQueries: deps.sessionQueries, secondFactors: deps.secondFactors },
    passwordRules: deps.passwordRules,
  });
  const abilities = abilitiesOf(deps.extractors, deps.basicAttributesVersion);
  const readSurroundings = async () => ({ ...abilities, defaultVersions: await deps.defaultVersions.read() });
  const ordering = { readSurroundings, readPolicy: createPolicyReader(deps) };
  const taskActions = createTaskActions({ ...deps, ...ordering });
  const previewTask = createPreviewTask({ ...deps, readSurroundings });
  const scheduleActions = createScheduleActions({ ...deps, ...ordering });
  const approvalActions = createApprovalActions(deps);
  const maintenanceActions = createMaintenanceActions(deps);
  const networkActions = createNetworkActions(deps);
  const erasureActions = createErasureActions(deps);
  const upgradeActions = createUpgradeActions({ ...deps, readSurroundings });
  return {
    ...{ authenticator, tokenAuthenticator, guesses, inTurn, sessionAudit },
    ...{ codes, secondFactorRule },
    oidc: createOidc(deps, authenticator),
    passkeyCeremonies: createPasskeyCeremonies({ passkeys: deps.passkeys, domain: deps.passkeyDomain }),
    ...{ accountActions, tokenActions },
    ...{ taskActions, previewTask, scheduleActions, approvalActions },
    ...{ maintenanceActions, networkActions, upgradeActions, erasureActions },
  };
}

function createOidc(deps: ServicesDeps, authenticator: Authenticator): PagesDeps['oidc'] {
  const { oidcSettings } = deps;
  if (oidcSettings === null) return null;
  const { issuer, name, rules } = oidcSettings;
  return {
    ...{ issuer, name, secrets: deps.session.secrets },
    provider: createOidcProvider(oidcSettings),
    signIn: createOidcSignIn({ ...deps, authenticator, issuer, rules }),
  };
}
