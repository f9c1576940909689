import express, { type Express } from 'express';
import type { Stores } from '../db/stores.ts';
import { abilitiesOf } from '../domain/extract/networks.ts';
import type { Config } from '../platform/config.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Passwords } from '../platform/passwords.ts';
import { createRecent } from '../platform/recent.ts';
import { createAccountActions } from './accounts/actions.ts';
import { createAuthenticator, type Authenticator } from './accounts/auth/authenticator.ts';
import { createLoginQueue } from './accounts/auth/loginQueue.ts';
import { createTokenAuthenticator } from './accounts/auth/tokenAuthenticator.ts';
import { createSessionAudit } from './accounts/auth/sessionAudit.ts';
import { createCodes } from './accounts/secondFactor/codes.ts';
import { createPasskeyCeremonies } from './accounts/secondFactor/passkeyCeremonies.ts';
import { createSecondFactorRule } from './accounts/secondFactor/rule.ts';
import type { SecretBox } from '../platform/secretBox.ts';
import { createGuesses } from './accounts/auth/guesses.ts';
import type { LoginDelay } from './accounts/auth/loginDelay.ts';
import type { LoginLimit } from './accounts/auth/loginLimit.ts';
import { createErasureActions } from './erasure/actions.ts';
import { erasureRoutes } from './erasure/json.ts';
import { createContract } from './http/contract/contract.ts';
import { readDocument } from './http/contract/document.ts';
import { readManual } from './documents/manual.ts';
import { manualRouter } from './documents/manualRouter.ts';
import { createDocumentSearch } from './documents/search/documentSearch.ts';
import { documentSearchRouter } from './documents/search/searchRouter.ts';
import { sectionsOf } from './documents/search/sections.ts';
import { setSecureCookies } from './http/cookieNames.ts';
import { createRateLimits, type LimitSizes } from './http/rateLimit.ts';
import { createJsonRouter, refuseUnknownHandlers, type Handlers } from './http/jsonRouter.ts';
import { authenticate, refuseMissingFactor } from './http/middleware/authenticate.ts';
import { errorHandler, notFound } from './http/middleware/errorHandler.ts';
import { knownHost, type KnownHostDeps } from './http/middleware/knownHost.ts';
import { compressed } from './http/middleware/compressed.ts';
import { noStore, securityHeaders } from './http/middleware/securityHeaders.ts';
import { queryEncoding } from './http/middleware/queryEncoding.ts';
import {
  requestId,
  requestLog,
  requestMetrics,
  requestStats,
  type RequestStats,
} from './http/middleware/requestTelemetry.ts';
import { requestTracing } from './http/middleware/requestTracing.ts';
import { sessions, type SessionSettings } from './http/middleware/session.ts';
import { setEnvironmentName } from './html/environmentName.ts';
import { setFormTokenKeys } from './html/formToken.ts';
import { createPages, type Pages, type PagesDeps } from './pages.ts';
import { sendJson } from './http/jsonStream.ts';
import { createPreviewTask } from './tasks/previewTask.ts';
import { accountRoutes } from './accounts/json.ts';
import { auditRoutes } from './audit/json.ts';
import { configRoutes, healthRoutes, metricsRoutes, versionRoutes } from './ops/json.ts';
import { docsRoutes } from './documents/json.ts';
import { listRoutes } from './lists/json.ts';
import { helpRoutes, type HelpDeps } from './ops/sysInfo.ts';
import { loginRoutes } from './accounts/loginJson.ts';
import type { ClaimRules } from '../domain/accounts/claims.ts';
import { createOidcProvider, type OidcSettings } from './accounts/oidc/provider.ts';
import { createOidcSignIn } from './accounts/oidc/signIn.ts';
import { createTokenActions } from './accounts/tokens/actions.ts';
import { tokenRoutes } from './accounts/tokens/json.ts';
import type { ApprovalRule } from '../domain/approvals/approval.ts';
import { createApprovalActions } from './approvals/actions.ts';
import { createMaintenanceActions, type MaintenanceActionsDeps } from './maintenance/actions.ts';
import { maintenanceRoutes } from './maintenance/json.ts';
import { createNetworkActions, type NetworkActionsDeps } from './networks/actions.ts';
import { networkRoutes } from './networks/json.ts';
import { notificationRoutes } from './notifications/json.ts';
import { scheduleRoutes } from './schedules/json.ts';
import { searchRoutes } from './faces/json.ts';
import { createUpgradeActions, type UpgradeActionsDeps } from './upgrades/actions.ts';
import { upgradeRoutes } from './upgrades/json.ts';
import { taskErrorRoutes } from './errors/json.ts';
import { taskRoutes } from './tasks/json.ts';
import { createPolicyReader } from './notifications/policies.ts';
import { createScheduleActions } from './schedules/actions.ts';
import { createTaskActions, type TaskActionsDeps } from './tasks/actions.ts';

/** Of what pages need, that which `createApp` makes itself. */
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

export interface AppDeps
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
    Omit<HelpDeps, 'extractors'>,
    Pick<MaintenanceActionsDeps, 'followMaintenance' | 'startNext'>,
    KnownHostDeps {
  readonly gateway: TaskActionsDeps['gateway'] &
    NetworkActionsDeps['gateway'] &
    UpgradeActionsDeps['gateway'];
  readonly metrics: Metrics;
  /** Sets the figures that have to be looked up, shortly before they are shown. */
  refreshMetrics(): Promise<void>;
  readonly session: SessionSettings;
  /** Whose X-Forwarded-For is believed; express's words. */
  readonly trustProxy: string;
  readonly passwords: Passwords;
  readonly requestStats: RequestStats;
  /** Whether requests have spans. */
  readonly isTraced: boolean;
  /** Whether everybody may read the settings. */
  readonly configPublic: boolean;
  /** Shown at the top of every page. */
  readonly environmentName: string | null;
  readonly limitSizes: LimitSizes;
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

export interface App {
  readonly express: Express;
  /** What each page needs; operations say it in the document. */
  readonly pagePermissions: Pages['permissions'];
  /** Does beforehand what the first requests would wait for. */
  warm(): Promise<void>;
  /** Ends the answers that would go on for ever. */
  close(): void;
}

/** The whole of the HTTP service: pages and JSON, the latter with and without the version's prefix. */
export async function createApp(deps: AppDeps): Promise<App> {
  const { log, metrics, accounts, passwords, isUnavailable } = deps;
  const { text, document } = await readDocument();
  const paths = createContract(document);
  // Rendered when a page of it is first asked for: 0.2 s of a processor, which no other request and no start has to wait for.
  const manual = createRecent(readManual, Infinity);
  const searchDocuments = createDocumentSearch(async () => sectionsOf(document, await manual()));
  const session = sessions(deps.session);
  const guesses = createGuesses(deps.loginLimit, deps.loginDelay);
  const authenticator = createAuthenticator({
    accounts,
    passwords,
    guesses,
    clock: deps.clock,
    passwordLogins: deps.passwordLogins,
  });
  const tokenActions = createTokenActions({ apiTokens: deps.apiTokens, contract: paths });
  const tokenAuthenticator = createTokenAuthenticator(deps);
  const inTurn = createLoginQueue();
  const limits = createRateLimits(deps.limitSizes, metrics);
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
  const pages = createPages({
    ...deps,
    ...{
      oidc: createOidc(deps, authenticator),
      session,
      limits,
      inTurn,
      authenticator,
      tokenAuthenticator,
      tokenActions,
      sessionAudit,
      ...{ guesses, codes, secondFactorRule },
      passkeyCeremonies: createPasskeyCeremonies({ passkeys: deps.passkeys, domain: deps.passkeyDomain }),
      accountActions,
      approvalActions,
      taskActions,
      previewTask,
      scheduleActions,
      erasureActions,
      maintenanceActions,
      networkActions,
      upgradeActions,
      contract: paths,
      searchDocuments,
    },
  });
  const handlers: Handlers = {
    ...versionRoutes(),
    ...loginRoutes({ ...deps, authenticator, accountActions, sessionAudit, secondFactorRule, inTurn }),
    ...accountRoutes({ ...deps, accountActions }),
    ...tokenRoutes({ tokenActions, clock: deps.clock }),
    ...listRoutes(deps),
    ...searchRoutes(deps),
    ...taskRoutes({ ...deps, taskActions, approvalActions, previewTask }),
    ...taskErrorRoutes(deps),
    ...notificationRoutes(deps),
    ...scheduleRoutes({ ...deps, scheduleActions, approvalActions }),
    ...maintenanceRoutes({ ...deps, maintenanceActions }),
    ...networkRoutes({ ...deps, networkActions }),
    ...upgradeRoutes({ ...deps, upgradeActions }),
    ...auditRoutes(deps),
    ...erasureRoutes({ erasureActions }),
    ...healthRoutes(deps.checks, limits),
    ...metricsRoutes(metrics, () => deps.refreshMetrics(), limits),
    ...helpRoutes(deps),
    ...configRoutes(deps.shownSettings),
    ...docsRoutes({ text, document }),
  };
  refuseUnknownHandlers(paths, handlers);
  const json = {
    handlers,
    streams: pages.streams,
    alsoPublic: new Set(deps.configPublic ? ['getConfig'] : []),
    session,
    limits,
    guards: [
      authenticate(authenticator, tokenAuthenticator, sessionAudit, secondFactorRule),
      refuseMissingFactor(secondFactorRule),
    ],
  };
  const prefixed = createJsonRouter({ ...json, paths: paths.filter(({ isUnprefixed }) => !isUnprefixed) });
  const plain = createJsonRouter({ ...json, paths });

  const app = express();
  app.disable('x-powered-by');
  setEnvironmentName(app, deps.environmentName);
  setFormTokenKeys(app, deps.session.secrets);
  setSecureCookies(app, deps.session.secureCookies);
  // Answers change from one second to the next: a hash of each would be work for nothing.
  app.disable('etag');
  app.response.json = sendJson;
  app.set('trust proxy', readTrustProxy(deps.trustProxy));
  if (deps.isTraced) app.use(requestTracing());
  app.use(requestId());
  app.use(requestMetrics(metrics));
  app.use(requestStats(deps.requestStats));
  app.use(requestLog(log));
  app.use(securityHeaders({ secure: deps.session.secureCookies }));
  app.use(noStore());
  app.use(compressed());
  app.use(knownHost(deps));
  app.use(queryEncoding());
  app.use('/4', prefixed);
  app.use(pages.router);
  app.use('/docs/dev', manualRouter(manual));
  app.use('/docs/search', documentSearchRouter(searchDocuments, limits));
  app.use(plain);
  app.use(pages.notFound);
  app.use(notFound());
  app.use(pages.errors);
  app.use(errorHandler({ log, isUnavailable }));
  return {
    express: app,
    pagePermissions: pages.permissions,
    warm: async () => {
      await Promise.all([passwords.warm(), deps.livingSessions([]), pages.warm()]);
    },
    close: () => pages.close(),
  };
}

function createOidc(deps: AppDeps, authenticator: Authenticator): PagesDeps['oidc'] {
  const { oidcSettings } = deps;
  if (oidcSettings === null) return null;
  const { issuer, name, rules } = oidcSettings;
  return {
    ...{ issuer, name, secrets: deps.session.secrets },
    provider: createOidcProvider(oidcSettings),
    signIn: createOidcSignIn({ ...deps, authenticator, issuer, rules }),
  };
}

/** Express takes a number of proxies or their names; as text a number would be an address. */
function readTrustProxy(setting: string): string | number | false {
  if (setting === '') return false;
  return /^\d+$/.test(setting) ? Number(setting) : setting;
}
