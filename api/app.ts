import express, { type Express } from 'express';
import type { Metrics } from '../platform/metrics.ts';
import { createRecent } from '../platform/recent.ts';
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
import { sessions } from './http/middleware/session.ts';
import { setEnvironmentName } from './html/environmentName.ts';
import { setFormTokenKeys } from './html/formToken.ts';
import { createPages, type Pages } from './pages.ts';
import { sendJson } from './http/jsonStream.ts';
import { accountRoutes } from './accounts/json.ts';
import { auditRoutes } from './audit/json.ts';
import { configRoutes, healthRoutes, metricsRoutes, versionRoutes } from './ops/json.ts';
import { docsRoutes } from './documents/json.ts';
import { listRoutes } from './lists/json.ts';
import { helpRoutes, type HelpDeps } from './ops/sysInfo.ts';
import { loginRoutes } from './accounts/loginJson.ts';
import { tokenRoutes } from './accounts/tokens/json.ts';
import { maintenanceRoutes } from './maintenance/json.ts';
import { networkRoutes } from './networks/json.ts';
import { notificationRoutes } from './notifications/json.ts';
import { scheduleRoutes } from './schedules/json.ts';
import { searchRoutes } from './faces/json.ts';
import { upgradeRoutes } from './upgrades/json.ts';
import { taskErrorRoutes } from './errors/json.ts';
import { taskRoutes } from './tasks/json.ts';
import { createServices, type ServicesDeps } from './services.ts';

export interface AppDeps extends ServicesDeps, Omit<HelpDeps, 'extractors'>, KnownHostDeps {
  readonly metrics: Metrics;
  /** Sets the figures that have to be looked up, shortly before they are shown. */
  refreshMetrics(): Promise<void>;
  /** Whose X-Forwarded-For is believed; express's words. */
  readonly trustProxy: string;
  readonly requestStats: RequestStats;
  /** Whether requests have spans. */
  readonly isTraced: boolean;
  /** Whether everybody may read the settings. */
  readonly configPublic: boolean;
  /** Shown at the top of every page. */
  readonly environmentName: string | null;
  readonly limitSizes: LimitSizes;
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
  const { log, metrics, passwords, isUnavailable } = deps;
  const { text, document } = await readDocument();
  const contract = createContract(document);
  // Rendered when a page of it is first asked for: 0.2 s of a processor, which no other request and no start has to wait for.
  const manual = createRecent(readManual, Infinity);
  const searchDocuments = createDocumentSearch(async () => sectionsOf(document, await manual()));
  const session = sessions(deps.session);
  const limits = createRateLimits(deps.limitSizes, metrics);
  const services = createServices(deps, contract);
  const { authenticator, tokenAuthenticator, sessionAudit, secondFactorRule } = services;
  const pages = createPages({ ...deps, ...services, ...{ session, limits, contract, searchDocuments } });
  const handlers: Handlers = {
    ...versionRoutes(),
    ...loginRoutes({ ...deps, ...services }),
    ...accountRoutes({ ...deps, ...services }),
    ...tokenRoutes({ ...deps, ...services }),
    ...listRoutes(deps),
    ...searchRoutes(deps),
    ...taskRoutes({ ...deps, ...services }),
    ...taskErrorRoutes(deps),
    ...notificationRoutes(deps),
    ...scheduleRoutes({ ...deps, ...services }),
    ...maintenanceRoutes({ ...deps, ...services }),
    ...networkRoutes({ ...deps, ...services }),
    ...upgradeRoutes({ ...deps, ...services }),
    ...auditRoutes(deps),
    ...erasureRoutes(services),
    ...healthRoutes(deps.checks, limits),
    ...metricsRoutes(metrics, () => deps.refreshMetrics(), limits),
    ...helpRoutes(deps),
    ...configRoutes(deps.shownSettings),
    ...docsRoutes({ text, document }),
  };
  refuseUnknownHandlers(contract, handlers);
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
  const prefixed = createJsonRouter({ ...json, paths: contract.filter(({ isUnprefixed }) => !isUnprefixed) });
  const plain = createJsonRouter({ ...json, paths: contract });

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

/** Express takes a number of proxies or their names; as text a number would be an address. */
function readTrustProxy(setting: string): string | number | false {
  if (setting === '') return false;
  return /^\d+$/.test(setting) ? Number(setting) : setting;
}
