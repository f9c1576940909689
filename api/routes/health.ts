import { runHealthChecks, type HealthCheck } from '../../platform/healthChecks.ts';
import type { Handlers } from '../jsonRouter.ts';
import { inputOf } from '../requestContext.ts';

export function healthRoutes(checks: readonly HealthCheck[]): Handlers {
  return {
    getHealth: async (req, res) => {
      const { query } = inputOf<{ query: { include_luna_services: number } }>(req);
      const start = process.hrtime.bigint();
      const findings = await runHealthChecks(checks, { withDependent: query.include_luna_services === 1 });
      const isWell = findings.every(({ status }) => status === 'ok');
      res.set('Cache-Control', 'no-store');
      if (isWell) res.json({ execution_time: Number(process.hrtime.bigint() - start) / 1e9 });
      else res.status(502).json({ errors: findings });
    },

    redirectToHealth: (req, res) => {
      const query = req.originalUrl.split('?')[1];
      res.redirect(307, `${req.baseUrl}/healthcheck${query === undefined ? '' : `?${query}`}`);
    },
  };
}
