import type { Metrics } from '../../platform/metrics.ts';
import type { Handlers } from '../http/jsonRouter.ts';

/** `refresh` sets the figures that have to be looked up. */
export function metricsRoutes(
  metrics: Pick<Metrics, 'render' | 'contentType'>,
  refresh: () => Promise<void>,
): Handlers {
  return {
    getMetrics: async (_req, res) => {
      await refresh();
      res.type(metrics.contentType).send(await metrics.render());
    },
  };
}
