import { createTurns } from '../../db/engine/turns.ts';
import { createDefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import { approvalRuleOf } from '../../domain/approvals/approval.ts';
import { isUnavailable } from '../../db/sql/unavailable.ts';
import { knownNetworks } from '../../extraction/catalogue/catalogue.ts';
import { isUnencrypted, type Config } from '../../platform/config.ts';
import { plainConnections } from '../../platform/encryption.ts';
import { showSettings } from '../../platform/settings/shownSettings.ts';
import { secondsOf } from '../../platform/settings/types.ts';
import { createSecretBox } from '../../platform/crypto/secretBox.ts';
import { getSigningKey } from '../../platform/crypto/signingKey.ts';
import { isTraced } from '../../platform/tracing/startTracing.ts';
import { createAdmission } from '../../temporal/admission.ts';
import { createMaintenanceFollower } from '../../temporal/maintenanceFollower.ts';
import { createWorkflowUrl } from '../../temporal/workflowUrl.ts';
import { createLoginDelay } from '../accounts/auth/loginDelay.ts';
import type { LimiterDatabase } from '../accounts/auth/limiterClient.ts';
import { createLoginLimit } from '../accounts/auth/loginLimit.ts';
import { createUsedTokens } from '../accounts/oidc/usedTokens.ts';
import { openPasswordRules } from '../accounts/auth/passwordRules.ts';
import type { AppDeps } from '../app.ts';
import { feedNames } from './auditFeeds.ts';
import { healthChecks, refreshMetrics } from './health.ts';
import type { ApiProcess, ApiResources } from './resources.ts';

/** Everything that the app asks for, as the settings say. */
export async function appDeps(context: ApiProcess, resources: ApiResources): Promise<AppDeps> {
  const { config, log } = context;
  const { pools, gateway, workers, sessionStore } = resources;
  return {
    ...resources.stores,
    ...{ log, gateway, isUnavailable },
    metrics: resources.metrics,
    refreshMetrics: () => refreshMetrics(context, resources),
    requestStats: resources.requestStats,
    clock: resources.clock,
    images: resources.images,
    passwords: resources.passwords,
    taskChanges: resources.taskChanges,
    checks: healthChecks(context, resources),
    temporalVersion: () => gateway.serverVersion(),
    workerVersion: () => workers.oldestVersion(),
    workersByQueue: workers.countByQueue,
    livingSessions: sessionStore.living,
    session: {
      secrets: config.sessionSecret,
      secureCookies: config.secureCookies,
      store: sessionStore.store,
    },
    limitSizes: {
      requests: config.requestsPerMinute,
      costly: config.costlyRequestsPerMinute,
      pictures: config.picturesPerMinute,
      public: config.publicRequestsPerMinute,
    },
    loginLimit: createLoginLimit(pools.identity, config.loginFailures),
    loginDelay: createLoginDelay(pools.identity, resources.stores.loginNetworks),
    secretBox: createSecretBox(
      [...(config.secondFactorKey ?? []), ...config.sessionSecret],
      'second factors',
    ),
    requireSecondFactor: config.requireSecondFactor,
    passkeyDomain: config.passkeyDomain ?? null,
    oidcSettings: oidcSettings(config, pools.identity),
    passwordLogins: config.passwordLogins,
    passwordRules: await openPasswordRules(config),
    startNext: createAdmission({ turns: createTurns(pools.control, config), gateway }).startNext,
    followMaintenance: createMaintenanceFollower({ heldTasks: resources.stores.heldTasks, gateway }),
    signingKey: await getSigningKey(config),
    shownSettings: showSettings(config),
    isUnencrypted: isUnencrypted(config),
    auditFeedNames: feedNames(config),
    plainConnections: plainConnections(config),
    configPublic: config.configPublic,
    isTraced: isTraced(config),
    approvalRule: approvalRuleOf(config),
    environmentName: config.environmentName ?? null,
    isDevelopment: config.development,
    trustProxy: config.trustProxy,
    host: config.host,
    allowedHosts: config.allowedHosts,
    notificationHosts: config.notificationHosts,
    notificationSecretNames: Object.keys(config.notificationSecrets ?? {}),
    workflowUrl: createWorkflowUrl({
      uiUrl: config.temporalUiUrl,
      namespace: config.temporalNamespace,
      taskQueuePrefix: config.taskQueuePrefix,
    }),
    extractors: knownNetworks(config.networks),
    defaultVersions: createDefaultVersionStore(pools.control, config),
    basicAttributesVersion: config.basicAttributesVersion,
  };
}

function oidcSettings(config: Config, db: LimiterDatabase): AppDeps['oidcSettings'] {
  const { oidcIssuer: issuer, oidcClientId: clientId = '', oidcClientSecret: clientSecret = '' } = config;
  if (issuer === undefined) return null;
  return {
    ...{ issuer, clientId, clientSecret, scopes: config.oidcScopes, name: config.oidcName },
    strength: { acr: config.oidcAcr, amr: config.oidcAmr },
    maxAge: config.oidcMaxAge === undefined ? null : secondsOf(config.oidcMaxAge),
    isUntypedLogout: config.oidcUntypedLogout,
    useOnce: createUsedTokens(db),
    rules: {
      loginClaim: config.oidcLoginClaim,
      roleClaim: config.oidcRoleClaim,
      roles: config.oidcRoles,
    },
  };
}
