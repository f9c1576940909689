import { DomainError } from '../../domain/errors.ts';
import { release } from '../../domain/release.ts';
import { healthAnswer, type HealthCheck, runHealthChecks } from '../../platform/healthChecks.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import type { RateLimits } from '../http/rateLimit.ts';
import { inputOf } from '../http/requestContext.ts';
import { presentConfig } from './present/config.ts';

/** The settings of this process, secrets masked. */
export function configRoutes(shownSettings: Readonly<Record<string, unknown>>): Handlers {
  const config = presentConfig(shownSettings);
  return {
    getConfig: (req, res) => {
      res.vary('Accept');
      const wanted = req.accepts(['application/json', 'text/plain']);
      if (wanted === false) {
        throw new DomainError('notAcceptable', 'this is to be had as application/json or text/plain');
      }
      res.type(wanted).send(JSON.stringify(config, null, 2));
    },
  };
}

/** The release, and the version of its addresses. */
export const apiVersion = { api: 4, ...release } as const;

export function versionRoutes(): Handlers {
  return {
    getVersion: (_req, res) => {
      res.json({ Version: apiVersion });
    },
  };
}

export function healthRoutes(checks: readonly HealthCheck[], limits: Pick<RateLimits, 'take'>): Handlers {
  return {
    getHealth: async (req, res) => {
      const { query } = inputOf<{ query: { include_luna_services: number } }>(req);
      // Load balancers ask for the rest, and are never refused.
      if (query.include_luna_services === 1) await limits.take('public', req);
      const startedAt = performance.now();
      const findings = await runHealthChecks(checks, { withDependent: query.include_luna_services === 1 });
      const { status, body } = healthAnswer(findings, startedAt);
      res.status(status).json(body);
    },

    redirectToHealth: (req, res) => {
      const query = req.originalUrl.split('?')[1];
      res.redirect(307, `${req.baseUrl}/healthcheck${query === undefined ? '' : `?${query}`}`);
    },
  };
}

/** `refresh` sets the figures that have to be looked up. */
export function metricsRoutes(
  metrics: Pick<Metrics, 'render' | 'contentType'>,
  refresh: () => Promise<void>,
  limits: Pick<RateLimits, 'take'>,
): Handlers {
  return {
    getMetrics: async (req, res) => {
      // Prometheus asks each process itself. What a proxy has passed on comes from outside.
      if (req.ips.length > 0) throw new DomainError('pageNotFound', 'no such page');
      await limits.take('public', req);
      await refresh();
      res.type(metrics.contentType).send(await metrics.render());
    },
  };
}
