import type { Handlers } from '../http/jsonRouter.ts';

export interface MetricsDeps {
  readonly metrics: { render(): Promise<string>; readonly contentType: string };
  /** Sets the figures that have to be looked up. */
  refresh(): Promise<void>;
}

export function metricsRoutes({ metrics, refresh }: MetricsDeps): Handlers {
  return {
    getMetrics: async (_req, res) => {
      await refresh();
      res.type(metrics.contentType).send(await metrics.render());
    },
  };
}
