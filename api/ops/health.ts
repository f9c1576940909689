import { healthAnswer, runHealthChecks, type HealthCheck } from '../../platform/healthChecks.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { inputOf } from '../http/requestContext.ts';

export function healthRoutes(checks: readonly HealthCheck[]): Handlers {
  return {
    getHealth: async (req, res) => {
      const { query } = inputOf<{ query: { include_luna_services: number } }>(req);
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
